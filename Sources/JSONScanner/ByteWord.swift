/// Eight bytes looked at together. The byte at the lowest address is the lowest byte.
struct ByteWord {
    private static let ones: UInt64 = 0x0101_0101_0101_0101
    private static let highBits: UInt64 = 0x8080_8080_8080_8080

    private let bits: UInt64

    /// The eight bytes from `offset` on, which the caller knows to be there.
    @inline(__always)
    init(_ bytes: UnsafeRawBufferPointer, at offset: Int) {
        bits = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
    }

    @inline(__always)
    var isASCII: Bool { bits & Self.highBits == 0 }

    /// How many bytes stand before the first that cannot stand for itself in a JSON string (a quote, a backslash, a control
    /// character), or nil if all eight can.
    @inline(__always)
    var plainPrefixLength: Int? {
        let quotes = bits ^ Self.ones &* UInt64(UInt8(ascii: "\""))
        let backslashes = bits ^ Self.ones &* UInt64(UInt8(ascii: "\\"))
        // Each term sets the high bit of a byte that is below its bound. A borrow can set one too many, but only in bytes above a
        // true one, so the lowest is always right.
        let hits =
            ((quotes &- Self.ones) & ~quotes | (backslashes &- Self.ones) & ~backslashes
                | (bits &- Self.ones &* 0x20) & ~bits) & Self.highBits
        return hits == 0 ? nil : hits.trailingZeroBitCount >> 3
    }
}
