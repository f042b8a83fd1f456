import NIOCore

/// The bytes that were handed over and not read yet, and where they are in the archive.
struct InputQueue: Sendable {
    private var bytes = ByteBuffer()
    /// The place of the next byte in the archive.
    private(set) var offset: UInt64 = 0

    /// Whether no byte is left.
    var isEmpty: Bool { bytes.readableBytes == 0 }

    /// The place behind the last byte.
    var end: UInt64 { offset + UInt64(bytes.readableBytes) }

    /// Adds bytes at the end, without a copy where none are left.
    mutating func append(_ more: ByteBuffer) {
        if isEmpty {
            bytes = more
        } else {
            bytes.discardReadBytes()
            bytes.writeImmutableBuffer(more)
        }
    }

    /// The next four bytes as a little-endian integer, or nil if there are fewer.
    func peekSignature() -> UInt32? {
        bytes.getInteger(at: bytes.readerIndex, endianness: .little, as: UInt32.self)
    }

    /// Lets `read` take bytes from the front, as many as it wants.
    mutating func take<Result>(
        _ read: (inout ByteBuffer) throws(ArchiveError) -> Result
    ) throws(ArchiveError) -> Result {
        let before = bytes.readableBytes
        let result = try read(&bytes)
        offset += UInt64(before - bytes.readableBytes)
        return result
    }

    /// Lets `read` take bytes from the front, of the first `limit` ones.
    mutating func take<Result>(
        atMost limit: UInt64, _ read: (inout ByteBuffer) throws(ArchiveError) -> Result
    ) throws(ArchiveError) -> Result {
        try take { (bytes) throws(ArchiveError) in
            guard limit < UInt64(bytes.readableBytes),
                var piece = bytes.getSlice(
                    at: bytes.readerIndex, length: Int(limit))
            else { return try read(&bytes) }
            let result = try read(&piece)
            bytes.moveReaderIndex(forwardBy: Int(limit) - piece.readableBytes)
            return result
        }
    }
}
