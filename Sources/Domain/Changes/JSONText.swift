public import NIOCore

/// The JSON text of one value, byte for byte as a client pushed it: valid UTF-8 and valid JSON (RFC 8259), never parsed further.
///
/// It shares memory with the request body that it was cut from.
public struct JSONText: Hashable, Sendable, CustomStringConvertible {
    /// The text's bytes: all of the readable ones.
    public let bytes: ByteBuffer

    /// A text that the caller has checked.
    public init(_ bytes: ByteBuffer) {
        self.bytes = bytes
    }

    /// A text that the caller has checked.
    public init(_ text: String) {
        self.bytes = ByteBuffer(string: text)
    }

    public var description: String { String(buffer: bytes) }
}
