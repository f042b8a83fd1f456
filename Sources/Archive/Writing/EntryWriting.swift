import NIOCore

/// The entry that is being written: its compressor, and what is known of its content so far.
struct EntryWriting: Sendable {
    /// What the central directory will say of it; its descriptor holds true only after the end.
    private(set) var centralHeader: CentralHeader
    private let deflater: Deflater?
    private var crc32 = CRC32()

    /// An entry whose local header will be at `offset`.
    init(_ header: LocalHeader, compression: ZipCompression, at offset: UInt64) throws(ArchiveError) {
        switch compression {
        case .stored: deflater = nil
        case .deflated(let level):
            guard let deflater = Deflater(level: level) else {
                throw ArchiveError(.outOfMemory, "The compressor could not be set up.", at: offset)
            }
            self.deflater = deflater
        }
        centralHeader = CentralHeader(
            flags: header.flags, method: header.method, modified: header.modified, name: header.name,
            descriptor: DataDescriptor(crc32: 0, compressedSize: 0, size: 0), offset: offset)
    }

    /// Takes in the next bytes of the content.
    mutating func write(_ bytes: UnsafeRawBufferPointer, into output: inout ByteBuffer) {
        crc32.update(bytes)
        centralHeader.descriptor.size += UInt64(bytes.count)
        let before = output.readableBytes
        if let deflater {
            deflater.deflate(bytes, into: &output)
        } else {
            output.writeBytes(bytes)
        }
        centralHeader.descriptor.compressedSize += UInt64(output.readableBytes - before)
    }

    /// Appends what the compressor still holds, and the descriptor.
    mutating func finish(_ threshold: Zip64Threshold, into output: inout ByteBuffer) {
        let before = output.readableBytes
        deflater?.finish(into: &output)
        centralHeader.descriptor.compressedSize += UInt64(output.readableBytes - before)
        centralHeader.descriptor.crc32 = crc32.value
        let descriptor = centralHeader.descriptor
        descriptor.write(isWide: descriptor.isWide(threshold), into: &output)
    }
}
