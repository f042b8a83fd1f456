public import NIOCore

/// A whole message, however many frames it came in (RFC 6455 section 5.6).
public enum WebSocketMessage: Hashable, Sendable {
    /// Text: the bytes are valid UTF-8.
    case text(ByteBuffer)
    /// Any bytes.
    case binary(ByteBuffer)
}
