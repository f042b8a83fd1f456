import NIOCore

/// What follows an entry's data: checksum and sizes (APPNOTE.TXT 6.3.10, section 4.3.9).
struct DataDescriptor: Equatable, Sendable {
    var crc32: UInt32
    var compressedSize: UInt64
    var size: UInt64

    /// Whether the sizes have eight bytes for their own sake: one of them would not fit into four.
    func isWide(_ threshold: Zip64Threshold) -> Bool {
        size >= threshold.size || compressedSize >= threshold.size
    }

    /// How many bytes it has with its signature.
    static func fullSize(isWide: Bool) -> Int { isWide ? 24 : 16 }

    /// Appends it, signature first (section 4.3.9.3).
    func write(isWide: Bool, into output: inout ByteBuffer) {
        output.writeMultipleIntegers(Signature.dataDescriptor, crc32, endianness: .little)
        if isWide {
            output.writeMultipleIntegers(compressedSize, size, endianness: .little)
        } else {
            output.writeMultipleIntegers(
                UInt32(truncatingIfNeeded: compressedSize), UInt32(truncatingIfNeeded: size), endianness: .little)
        }
    }
}

extension DataDescriptor {
    /// Reads one with or without its signature. A checksum that looks like the signature is taken for it.
    ///
    /// - Returns: nil if there are too few bytes; none are then taken.
    init?(reading input: inout ByteBuffer, isWide: Bool) {
        var bytes = input
        if bytes.getInteger(at: bytes.readerIndex, endianness: .little, as: UInt32.self) == Signature.dataDescriptor {
            bytes.moveReaderIndex(forwardBy: 4)
        }
        guard let crc32 = bytes.readInteger(endianness: .little, as: UInt32.self) else { return nil }
        self.crc32 = crc32
        if isWide {
            guard let sizes = bytes.readMultipleIntegers(endianness: .little, as: (UInt64, UInt64).self)
            else { return nil }
            (compressedSize, size) = sizes
        } else {
            guard let sizes = bytes.readMultipleIntegers(endianness: .little, as: (UInt32, UInt32).self)
            else { return nil }
            (compressedSize, size) = (UInt64(sizes.0), UInt64(sizes.1))
        }
        input = bytes
    }
}
