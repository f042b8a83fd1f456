/// The Unicode scalars' UTF-8 of a valid string token's content, byte after byte, escapes resolved.
struct JSONUnescaper {
    /// The content, without the quotes.
    let content: UnsafeRawBufferPointer
    /// Set when half a surrogate pair was met; the iteration ends there.
    private(set) var metLoneSurrogate = false

    private var position = 0
    /// The bytes of an escape that are still to be given, the next one lowest.
    private var pending: UInt32 = 0
    private var pendingCount = 0

    init(_ content: UnsafeRawBufferPointer) { self.content = content }

    /// The next byte, or nil at the end.
    mutating func next() -> UInt8? {
        if pendingCount > 0 { return takePending() }
        guard position < content.count, !metLoneSurrogate else { return nil }
        let byte = content[position]
        guard byte == UInt8(ascii: "\\") else {
            position += 1
            return byte
        }
        let letter = content[position + 1]
        position += 2
        switch letter {
        case UInt8(ascii: "b"): return 0x08
        case UInt8(ascii: "f"): return 0x0C
        case UInt8(ascii: "n"): return 0x0A
        case UInt8(ascii: "r"): return 0x0D
        case UInt8(ascii: "t"): return 0x09
        case UInt8(ascii: "u"): break
        default: return letter
        }
        guard let scalar = takeScalar() else {
            metLoneSurrogate = true
            return nil
        }
        for byte in scalar.utf8 {
            pending |= UInt32(byte) << (8 * UInt32(pendingCount))
            pendingCount += 1
        }
        return takePending()
    }

    private mutating func takePending() -> UInt8 {
        defer {
            pending >>= 8
            pendingCount -= 1
        }
        return UInt8(truncatingIfNeeded: pending)
    }

    /// The scalar of the `\u` escape whose digits come next, and of the low surrogate's escape after it if it is a high one.
    private mutating func takeScalar() -> Unicode.Scalar? {
        let unit = takeCodeUnit()
        guard unit & 0xFC00 == 0xD800 else { return Unicode.Scalar(unit) }
        guard position + 6 <= content.count, content[position] == UInt8(ascii: "\\"),
            content[position + 1] == UInt8(ascii: "u")
        else { return nil }
        position += 2
        let low = takeCodeUnit()
        guard low & 0xFC00 == 0xDC00 else { return nil }
        return Unicode.Scalar(0x10000 + (unit & 0x3FF) << 10 + low & 0x3FF)
    }

    private mutating func takeCodeUnit() -> UInt32 {
        defer { position += 4 }
        return content[position..<position + 4].reduce(0) { $0 << 4 | (hexDigitValue($1) ?? 0) }
    }
}
