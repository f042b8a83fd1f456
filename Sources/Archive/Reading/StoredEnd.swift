import NIOCore

/// Looks for the end of stored content whose size is unknown: a descriptor with its signature that states just what came before it.
///
/// Content that itself holds such a descriptor would end early; the central directory then contradicts, and the archive is refused.
struct StoredEnd {
    /// The checksum of the content so far.
    let crc32: CRC32
    /// The size of the content so far.
    let size: UInt64
    /// Whether the entry has the zip64 field.
    let hasZip64: Bool
    let threshold: Zip64Threshold

    /// Takes content from the front of `bytes`, of which the caller keeps what may belong to a descriptor.
    ///
    /// - Returns: The content, maybe none, and whether the descriptor follows right behind it.
    func take(from bytes: inout ByteBuffer, atMost limit: Int) -> (content: ByteBuffer?, isAtEnd: Bool) {
        let view = bytes.readableBytesView
        var crc32 = crc32
        var counted = 0
        var length = 0
        while length < limit, let start = Self.nextSignature(in: view, from: length), start < limit {
            length = start
            let found = size + UInt64(start)
            let isWide = hasZip64 || found >= threshold.size
            guard
                var rest = bytes.getSlice(
                    at: bytes.readerIndex + start, length: DataDescriptor.fullSize(isWide: isWide))
            else { return (bytes.readSlice(length: length), false) }
            bytes.getSlice(at: bytes.readerIndex + counted, length: start - counted)?
                .withUnsafeReadableBytes { crc32.update($0) }
            counted = start
            let expected = DataDescriptor(crc32: crc32.value, compressedSize: found, size: found)
            if DataDescriptor(reading: &rest, isWide: isWide) == expected {
                return (bytes.readSlice(length: length), true)
            }
            length += 1
        }
        return (bytes.readSlice(length: min(limit, bytes.readableBytes)), false)
    }

    /// Where the next signature begins, counted from the view's start, be it only in part at the end of the view.
    private static func nextSignature(in view: ByteBufferView, from start: Int) -> Int? {
        let signature: [UInt8] = [0x50, 0x4B, 0x07, 0x08]
        var position = view.startIndex + start
        while let candidate = view[position...].firstIndex(of: signature[0]) {
            let rest = view[candidate...].prefix(signature.count)
            if rest.elementsEqual(signature.prefix(rest.count)) { return candidate - view.startIndex }
            position = candidate + 1
        }
        return nil
    }
}
