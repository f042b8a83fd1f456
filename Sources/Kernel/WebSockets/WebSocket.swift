public import NIOCore
import NIOWebSocket

/// An open WebSocket, to send on and to close. Safe to use from any thread; what is called off ``eventLoop`` takes effect soon, in
/// the order of the calls of one thread. Once the socket is closing everything sent is dropped without a sign:
/// ``WebSocketSession/closed()`` follows.
public final class WebSocket: Sendable {
    /// The connection's event loop, on which the session is called.
    public let eventLoop: any EventLoop
    private let handler: NIOLoopBound<WebSocketHandler>

    init(_ handler: WebSocketHandler, eventLoop: any EventLoop) {
        self.eventLoop = eventLoop
        self.handler = NIOLoopBound(handler, eventLoop: eventLoop)
    }

    /// Whether the peer takes what is sent; if not, ``WebSocketSession/writable()`` tells when it does. False once the socket is
    /// closing. To be asked on ``eventLoop`` only.
    public var isWritable: Bool { handler.value.isWritable }

    /// Sends a text message. `text` must be valid UTF-8, which is not checked.
    public func send(text: ByteBuffer) {
        onLoop { $0.send(text, as: .text) }
    }

    /// Sends a text message.
    public func send(text: String) {
        send(text: ByteBuffer(string: text))
    }

    /// Sends a binary message.
    public func send(binary: ByteBuffer) {
        onLoop { $0.send(binary, as: .binary) }
    }

    /// Closes with a code and a reason, of which the first 123 bytes fit. The first close counts. The connection ends when the peer
    /// has answered, or after ``WebSocketLimits/closeTimeout``.
    public func close(_ code: WebSocketCloseCode, reason: String = "") {
        onLoop { $0.close(code, reason: reason) }
    }

    private func onLoop(_ action: @escaping @Sendable (WebSocketHandler) -> Void) {
        if eventLoop.inEventLoop {
            action(handler.value)
        } else {
            eventLoop.execute { [handler] in action(handler.value) }
        }
    }
}
