import NIOCore
import Testing

@testable import Kernel

@Suite("What of a connection's answers waits for its peer")
struct AnswerBacklogTests {
    private static let piece = 4 << 20

    private func second(_ second: Int64) -> NIODeadline { .uptimeNanoseconds(0) + .seconds(second) }

    /// A large answer, written at 0, of which all but `pending` bytes are taken by the given second.
    private func backlog(pending: Int, at second: Int64) -> AnswerBacklog {
        var backlog = AnswerBacklog()
        backlog.wrotePiece(of: Self.piece, at: self.second(0))
        backlog.looked(pending: pending, at: self.second(second))
        return backlog
    }

    @Test("a large piece is memory until the last of it is taken; of small ones what is left")
    func held() {
        var backlog = backlog(pending: 1, at: 1)
        #expect(backlog.held == Self.piece)
        #expect(backlog.taken == Self.piece - 1)
        backlog.tookPiece(of: Self.piece)
        backlog.looked(pending: 0, at: second(2))
        #expect(backlog.held == 0)
        backlog.wrote(100)
        backlog.looked(pending: 60, at: second(3))
        #expect(backlog.held == 60)
        #expect(backlog.taken == Self.piece + 40)
    }

    @Test("who stands still waits longer than who has only begun, and that one longer than who gets on")
    func order() {
        let stopped = backlog(pending: Self.piece - 100_000, at: 10).wait(at: second(10))
        let begun = backlog(pending: Self.piece - 100_000, at: 0).wait(at: second(0))
        let slow = backlog(pending: 2 << 20, at: 10).wait(at: second(10))
        let quick = backlog(pending: 2 << 20, at: 1).wait(at: second(1))
        #expect(stopped > begun && begun > slow && slow > quick)
    }

    @Test("a small answer waits shorter than a large one at the same pace, and nothing waits for nothing")
    func small() {
        var small = AnswerBacklog()
        small.wrote(1000)
        small.looked(pending: 1000, at: second(0))
        #expect(small.wait(at: second(60)) < backlog(pending: Self.piece, at: 0).wait(at: second(0)))
        small.looked(pending: 0, at: second(61))
        #expect(small.wait(at: second(61)) == 0)
    }
}
