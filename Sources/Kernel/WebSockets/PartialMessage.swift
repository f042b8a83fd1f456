import NIOCore

/// The fragments of a message that have come so far (RFC 6455 section 5.4). A text is checked as it comes (section 8.1).
struct PartialMessage {
    private var text: UTF8Checker?
    private var bytes = ByteBuffer()

    init(isText: Bool) {
        text = isText ? UTF8Checker() : nil
    }

    var count: Int { bytes.readableBytes }

    /// The message, once its last fragment is there.
    var whole: WebSocketMessage { text == nil ? .binary(bytes) : .text(bytes) }

    /// Adds a fragment; false where with it the text cannot be UTF-8 any more.
    mutating func append(_ fragment: ByteBuffer, isLast: Bool) -> Bool {
        if text?.take(fragment.readableBytesView) == false { return false }
        if isLast, text?.isComplete == false { return false }
        if bytes.readableBytes == 0 {
            bytes = fragment
        } else {
            bytes.writeImmutableBuffer(fragment)
        }
        return true
    }
}
