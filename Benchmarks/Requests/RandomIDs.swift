import NIOCore

/// An endless row of random UUIDs (RFC 9562, version 4), a few nanoseconds each.
struct RandomIDs: Sendable {
    private var state: UInt64

    /// A row of its own for this seed and this run of the program: no two runs ask for the same.
    init(seed: Int) {
        state = UInt64.random(in: .min ... .max) &+ UInt64(truncatingIfNeeded: seed)
    }

    /// Writes the next one, 36 bytes in lower case.
    mutating func writeNext(into buffer: inout ByteBuffer) {
        let high = (next() & 0xffff_ffff_ffff_0fff) | 0x4000
        let low = (next() & 0x3fff_ffff_ffff_ffff) | 0x8000_0000_0000_0000
        buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: 36) { space in
            var offset = 0
            for nibble in 0..<32 {
                if nibble == 8 || nibble == 12 || nibble == 16 || nibble == 20 {
                    space[offset] = UInt8(ascii: "-")
                    offset += 1
                }
                let word = nibble < 16 ? high : low
                let digit = UInt8(truncatingIfNeeded: word >> (60 - 4 * UInt64(nibble % 16))) & 0xf
                space[offset] = digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10
                offset += 1
            }
            return offset
        }
    }

    /// SplitMix64 (Steele, Lea, Flood: Fast Splittable Pseudorandom Number Generators).
    private mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = (state ^ (state >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }
}
