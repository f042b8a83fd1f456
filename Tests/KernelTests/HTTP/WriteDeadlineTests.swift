import NIOCore
import Testing

@testable import Kernel

@Suite("How long a peer may take for its answers")
struct WriteDeadlineTests {
    private struct Look {
        let second: Int64
        let taken: Int
        let pending: Int
        let fault: WriteDeadline.Fault?

        init(_ second: Int64, _ taken: Int, _ pending: Int, _ fault: WriteDeadline.Fault? = nil) {
            (self.second, self.taken, self.pending, self.fault) = (second, taken, pending, fault)
        }
    }

    private func check(_ deadline: WriteDeadline, _ looks: [Look]) {
        var deadline = deadline
        for look in looks {
            let now = NIODeadline.uptimeNanoseconds(0) + .seconds(look.second)
            #expect(deadline.fault(taken: look.taken, pending: look.pending, at: now) == look.fault, "\(look)")
        }
    }

    @Test("a peer has stalled when it takes nothing for the whole time, and only then")
    func stalled() {
        check(
            WriteDeadline(timeout: .seconds(60)),
            [
                Look(0, 10, 90), Look(59, 10, 90), Look(59, 11, 89), Look(118, 11, 89), Look(119, 11, 0),
                Look(200, 11, 5), Look(259, 11, 5), Look(260, 11, 5, .stalled),
            ])
    }

    @Test("one that takes less than the rate over the time is too slow")
    func slow() {
        check(
            WriteDeadline(timeout: .seconds(60), minRate: 10),
            [
                Look(0, 0, 9000), Look(30, 1, 8999), Look(59, 599, 8401), Look(60, 600, 8400), Look(90, 601, 8399),
                Look(119, 1198, 7802), Look(120, 1199, 7801, .slow),
            ])
    }

    @Test("one that takes all there was is not too slow, however little that is")
    func little() {
        check(
            WriteDeadline(timeout: .seconds(60), minRate: 10),
            [
                Look(0, 0, 20), Look(50, 5, 15), Look(60, 20, 30), Look(100, 30, 20), Look(120, 49, 1, .slow),
            ])
        check(
            WriteDeadline(timeout: .seconds(60), minRate: 10),
            [Look(0, 0, 20), Look(60, 20, 30), Look(61, 50, 0), Look(170, 50, 600), Look(229, 51, 599)])
    }
}
