import NIOCore
import Testing

@testable import Kernel

@Suite("When a WebSocket's peer is pinged and cut")
struct WebSocketDeadlineTests {
    private let start = NIODeadline.uptimeNanoseconds(1_000_000_000)

    private func after(_ seconds: Int64) -> NIODeadline { start + .seconds(seconds) }

    @Test("a silent peer is pinged at 30 s and cut at 60")
    func silent() {
        var deadline = WebSocketDeadline(WebSocketLimits(), at: start)
        #expect(deadline.next == after(30))
        #expect(deadline.due(at: after(29)) == nil)
        #expect(deadline.due(at: after(30)) == .ping)
        #expect(deadline.next == after(60))
        #expect(deadline.due(at: after(59)) == nil)
        #expect(deadline.due(at: after(60)) == .cut)
    }

    @Test("one that answers is pinged every 30 s and never cut")
    func alive() {
        var deadline = WebSocketDeadline(WebSocketLimits(), at: start)
        for round in Int64(1)...10 {
            #expect(deadline.due(at: after(30 * round)) == .ping)
            deadline.heard(at: after(30 * round))
        }
    }

    @Test("one that is asked to close has 10 s, whatever it sends")
    func closing() {
        var deadline = WebSocketDeadline(WebSocketLimits(), at: start)
        deadline.closing(at: after(5))
        deadline.heard(at: after(14))
        deadline.closing(at: after(14))
        #expect(deadline.next == after(15))
        #expect(deadline.due(at: after(14)) == nil)
        #expect(deadline.due(at: after(15)) == .cut)
    }

    @Test("one that is asked to close because the server stops has less, whatever it had before")
    func draining() {
        var deadline = WebSocketDeadline(WebSocketLimits(), at: start)
        deadline.closing(at: after(5))
        deadline.draining(at: after(6), for: .seconds(2))
        #expect(deadline.next == after(8))
        deadline.draining(at: after(7), for: .seconds(2))
        #expect(deadline.due(at: after(8)) == .cut)
    }

    @Test(
        "which is a quarter of the grace, and two seconds at most",
        arguments: [(10, 2000), (60, 2000), (4, 1000), (1, 250)])
    func drainTimeout(grace: Int, milliseconds: Int64) {
        var config = ServerConfig()
        config.shutdownGrace = .seconds(grace)
        #expect(ConnectionLimits(config).drainedSocketTimeout == .milliseconds(milliseconds))
    }
}
