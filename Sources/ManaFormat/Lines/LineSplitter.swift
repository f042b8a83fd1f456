import NIOCore

/// Cuts content that comes in pieces into lines.
struct LineSplitter: Sendable {
    private var rest = ByteBuffer()
    /// How many bytes of the rest hold no line feed.
    private var searched = 0
    /// The number of the last line that was handed out, counted from 1.
    private(set) var number = 0

    /// Adds content, without a copy where no part of a line is left.
    mutating func append(_ content: ByteBuffer) {
        if rest.readableBytes == 0 {
            rest = content
        } else {
            rest.discardReadBytes()
            rest.writeImmutableBuffer(content)
        }
    }

    /// The next whole line, without its line feed.
    mutating func next() -> ByteBuffer? {
        let view = rest.readableBytesView
        guard let end = view[(view.startIndex + searched)...].firstIndex(of: UInt8(ascii: "\n")) else {
            searched = view.count
            return nil
        }
        searched = 0
        number += 1
        defer { rest.moveReaderIndex(forwardBy: 1) }
        return rest.readSlice(length: end - view.startIndex)
    }

    /// How many bytes there are of a line that is not whole.
    var partialLength: Int { rest.readableBytes }

    /// The last line, if it has no line feed.
    mutating func last() -> ByteBuffer? {
        guard rest.readableBytes > 0 else { return nil }
        searched = 0
        number += 1
        defer { rest.clear() }
        return rest
    }
}
