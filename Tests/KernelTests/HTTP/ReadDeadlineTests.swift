import NIOCore
import Testing

@testable import Kernel

@Suite("What a peer has to send, as a value")
struct ReadDeadlineTests {
    private static let limits: ConnectionLimits = {
        var config = ServerConfig()
        config.bodyMinRate = ByteSize(bytes: 100)
        return ConnectionLimits(config)
    }()

    private func seconds(_ count: Int64) -> NIODeadline { .uptimeNanoseconds(0) + .seconds(count) }

    @Test("a head has its time from the connection's beginning")
    func firstHead() {
        var deadline = ReadDeadline(Self.limits, at: seconds(0))
        deadline.partOfHeadReceived(at: seconds(9))
        #expect(deadline.next == seconds(10))
        #expect(deadline.expiry(at: seconds(9)) == nil)
        #expect(deadline.expiry(at: seconds(10)) == .head(hasBegun: true))
    }

    @Test("a later head has its time from its first byte, however slowly it comes")
    func laterHead() {
        var deadline = ReadDeadline(Self.limits, at: seconds(0))
        deadline.headCompleted(hasBody: false, at: seconds(1))
        #expect(deadline.next == nil)
        deadline.answered(at: seconds(50))
        #expect(deadline.next == seconds(170))
        deadline.partOfHeadReceived(at: seconds(100))
        deadline.partOfHeadReceived(at: seconds(105))
        #expect(deadline.expiry(at: seconds(109)) == nil)
        #expect(deadline.expiry(at: seconds(110)) == .head(hasBegun: true))
    }

    @Test("a connection may be idle for its time")
    func idle() {
        var deadline = ReadDeadline(Self.limits, at: seconds(0))
        deadline.headCompleted(hasBody: false, at: seconds(1))
        deadline.answered(at: seconds(2))
        #expect(deadline.expiry(at: seconds(121)) == nil)
        #expect(deadline.expiry(at: seconds(122)) == .idle)
    }

    @Test("a body must bring its bytes in every window", arguments: [(1000, false), (999, true)])
    func bodyRate(bytes: Int, isTooSlow: Bool) {
        var deadline = ReadDeadline(Self.limits, at: seconds(0))
        deadline.headCompleted(hasBody: true, at: seconds(0))
        deadline.bodyReceived(50_000)
        #expect(deadline.expiry(at: seconds(10)) == nil)
        #expect(deadline.next == seconds(20))
        deadline.bodyReceived(bytes)
        #expect((deadline.expiry(at: seconds(20)) == .body) == isTooSlow)
    }

    @Test("time in which the server does not read counts for nothing")
    func pause() {
        var deadline = ReadDeadline(Self.limits, at: seconds(0))
        deadline.headCompleted(hasBody: true, at: seconds(0))
        deadline.bodyPaused(at: seconds(4))
        #expect(deadline.next == nil)
        #expect(deadline.expiry(at: seconds(400)) == nil)
        deadline.bodyResumed(at: seconds(400))
        #expect(deadline.next == seconds(406))
        #expect(deadline.expiry(at: seconds(406)) == .body)
    }

    @Test("a complete request has no deadline")
    func answering() {
        var deadline = ReadDeadline(Self.limits, at: seconds(0))
        deadline.headCompleted(hasBody: true, at: seconds(0))
        deadline.requestCompleted()
        #expect(deadline.next == nil && deadline.expiry(at: seconds(9999)) == nil)
    }
}
