import CZlib

/// The checksum of zip archives (APPNOTE.TXT 6.3.10, section 4.4.7), taken piece by piece.
struct CRC32: Equatable, Sendable {
    /// The checksum of all bytes so far.
    private(set) var value: UInt32 = 0

    /// Takes in the next bytes.
    mutating func update(_ bytes: UnsafeRawBufferPointer) {
        guard let start = bytes.baseAddress else { return }
        let next = crc32_z(UInt(value), start.assumingMemoryBound(to: UInt8.self), bytes.count)
        value = UInt32(truncatingIfNeeded: next)
    }
}
