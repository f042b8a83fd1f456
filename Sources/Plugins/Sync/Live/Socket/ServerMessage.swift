import NIOCore

/// What the server says to a WebSocket's peer, besides notices.
enum ServerMessage {
    static let authenticated = ByteBuffer(staticString: #"{"type":"auth-ok"}"#)
    static let pong = ByteBuffer(staticString: #"{"type":"pong"}"#)

    /// `{"type":"error","message":…}`.
    static func error(_ message: String) -> ByteBuffer {
        var buffer = ByteBuffer()
        buffer.writeStaticString(#"{"type":"error","message":"#)
        buffer.writeToken(message)
        buffer.writeStaticString("}")
        return buffer
    }
}
