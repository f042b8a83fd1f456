public import Kernel
import NIOCore
import NIOWebSocket

/// The client's end of a WebSocket that ``PluginHarness/socket(_:headers:)`` opened. It answers pings and close frames by itself.
///
/// Between the two ends is a real pair of sockets, so that a client that does not read holds up the server as it would in production.
public final class TestSocket: Sendable {
    /// What the server sent.
    public enum Event: Hashable, Sendable {
        /// A text message.
        case text(String)
        /// A binary message.
        case binary([UInt8])
        /// A close frame with its code, nil for none, and its reason. ``ended`` follows.
        case closed(Int?, reason: String)
        /// The connection is over.
        case ended
    }

    /// The server answered the handshake with something else than 101.
    public struct Refusal: Error {
        /// The answer.
        public let answer: PluginHarness.Answer
    }

    private let plan: Plan
    private let client: any Channel
    private let server: any Channel
    private let events: Mailbox<Event>

    init(plan: Plan, client: any Channel, server: any Channel, events: Mailbox<Event>) {
        self.plan = plan
        self.client = client
        self.server = server
        self.events = events
    }

    deinit {
        client.close(promise: nil)
    }

    /// What the server sends next; it waits for it. After ``Event/ended`` there is only that.
    public func receive() async -> Event {
        await events.next()
    }

    /// Sends a text message.
    public func send(text: String) {
        send(.text, ByteBuffer(string: text))
    }

    /// Sends a binary message.
    public func send(binary: [UInt8]) {
        send(.binary, ByteBuffer(bytes: binary))
    }

    /// Sends a close frame. What the server sends until it closes too is still received.
    public func close(_ code: WebSocketCloseCode = .normal) {
        send(.connectionClose, ByteBuffer(integer: code.rawValue))
    }

    /// Ends the connection without a word, as a machine does that loses power.
    public func cut() async throws {
        client.close(promise: nil)
        try await client.closeFuture.get()
    }

    /// Stops, or goes on, taking what the server sends.
    public func setReading(_ isReading: Bool) async throws {
        try await client.setOption(.autoRead, value: isReading).get()
        if isReading { client.read() }
    }

    /// Tells the connection that the server drains, as the front does on a shutdown.
    public func drainServer() {
        plan.drain(server)
    }

    private func send(_ opcode: WebSocketOpcode, _ data: ByteBuffer) {
        client.eventLoop.execute { [client] in
            let frame = WebSocketFrame(fin: true, opcode: opcode, maskKey: .random(), data: data)
            client.pipeline.syncOperations.writeAndFlush(NIOAny(frame), promise: nil)
        }
    }
}
