import NIOCore

/// Checks UTF-8 that comes in pieces, and says no at the first byte that no continuation can mend (RFC 3629 section 4).
struct UTF8Checker {
    /// How many bytes of the character that has begun are still to come.
    private var missing = 0
    /// What the next one of them may be. It is the second byte that shuts out overlong forms, surrogates and what is above U+10FFFF.
    private var allowed: ClosedRange<UInt8> = 0x80...0xBF

    /// Whether what came so far ends with a whole character.
    var isComplete: Bool { missing == 0 }

    /// Whether the bytes so far can be the beginning of a text; false is final.
    mutating func take(_ bytes: ByteBufferView) -> Bool {
        bytes.withUnsafeBytes { take($0) }
    }

    private mutating func take(_ bytes: UnsafeRawBufferPointer) -> Bool {
        var position = 0
        while position < bytes.count {
            if missing == 0 {
                while position &+ 8 <= bytes.count,
                    bytes.loadUnaligned(fromByteOffset: position, as: UInt64.self) & 0x8080_8080_8080_8080 == 0
                {
                    position &+= 8
                }
                guard position < bytes.count else { break }
            }
            guard take(bytes[position]) else { return false }
            position &+= 1
        }
        return true
    }

    private mutating func take(_ byte: UInt8) -> Bool {
        if missing > 0 {
            guard allowed.contains(byte) else { return false }
            missing &-= 1
            allowed = 0x80...0xBF
            return true
        }
        switch byte {
        case 0x00...0x7F: return true
        case 0xC2...0xDF: missing = 1
        case 0xE0...0xEF:
            missing = 2
            if byte == 0xE0 { allowed = 0xA0...0xBF }
            if byte == 0xED { allowed = 0x80...0x9F }
        case 0xF0...0xF4:
            missing = 3
            if byte == 0xF0 { allowed = 0x90...0xBF }
            if byte == 0xF4 { allowed = 0x80...0x8F }
        default: return false
        }
        return true
    }
}
