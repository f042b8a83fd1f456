public import Kernel

/// The identity of one change over all users, apps and servers: a UUID (RFC 9562).
public struct EventID: Hashable, Sendable, CustomStringConvertible {
    /// The first eight bytes, big-endian.
    public let high: UInt64
    /// The last eight bytes, big-endian.
    public let low: UInt64

    /// An id of its two halves.
    public init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// Reads `xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx` in either case, any version and variant; nil for anything else.
    public init?(text: UnsafeRawBufferPointer) {
        guard text.count == 36 else { return nil }
        var halves: (UInt64, UInt64) = (0, 0)
        var digits = 0
        for index in 0..<36 {
            if index == 8 || index == 13 || index == 18 || index == 23 {
                guard text[index] == UInt8(ascii: "-") else { return nil }
                continue
            }
            guard let digit = EventID.hexDigit(text[index]) else { return nil }
            if digits < 16 { halves.0 = halves.0 << 4 | digit } else { halves.1 = halves.1 << 4 | digit }
            digits += 1
        }
        self.init(high: halves.0, low: halves.1)
    }

    /// Reads an id from a string; see ``init(text:)-(UnsafeRawBufferPointer)``.
    public init?(text: String) {
        var text = text
        guard let id = text.withUTF8({ EventID(text: UnsafeRawBufferPointer($0)) }) else { return nil }
        self = id
    }

    /// A new id of version 7: ids minted later sort later to the millisecond, which keeps an index on them compact.
    public static func make(at time: UnixTime) -> EventID {
        var random = SystemRandomNumberGenerator()
        let milliseconds = UInt64(max(0, time.microseconds / 1000)) & 0xFFFF_FFFF_FFFF
        let high = milliseconds << 16 | 0x7000 | random.next() & 0x0FFF
        let low = random.next() & 0x3FFF_FFFF_FFFF_FFFF | 0x8000_0000_0000_0000
        return EventID(high: high, low: low)
    }

    /// The id in lower case, as answers carry it.
    public var description: String {
        String(unsafeUninitializedCapacity: EventID.textWidth) { target in
            write(into: UnsafeMutableRawBufferPointer(target))
            return EventID.textWidth
        }
    }

    /// The number of bytes of the text form.
    public static let textWidth = 36

    /// Writes the lower-case text into the first 36 bytes of `target`, which must be there.
    public func write(into target: UnsafeMutableRawBufferPointer) {
        precondition(target.count >= EventID.textWidth)
        func put<Digits: FixedWidthInteger>(_ digits: Digits, at offset: Int) {
            target.storeBytes(of: digits.bigEndian, toByteOffset: offset, as: Digits.self)
        }
        let (first, second) = (EventID.hexDigits(high >> 32), EventID.hexDigits(high))
        let (third, fourth) = (EventID.hexDigits(low >> 32), EventID.hexDigits(low))
        put(first, at: 0)
        put(UInt32(truncatingIfNeeded: second >> 32), at: 9)
        put(UInt32(truncatingIfNeeded: second), at: 14)
        put(UInt32(truncatingIfNeeded: third >> 32), at: 19)
        put(UInt32(truncatingIfNeeded: third), at: 24)
        put(fourth, at: 28)
        for hyphen in stride(from: 8, through: 23, by: 5) { target[hyphen] = UInt8(ascii: "-") }
    }

    /// The eight digits of a number's lower half, the first in the highest byte: all are computed together, a byte each.
    private static func hexDigits(_ number: UInt64) -> UInt64 {
        var nibbles = number & 0xFFFF_FFFF
        nibbles = (nibbles | nibbles << 16) & 0x0000_FFFF_0000_FFFF
        nibbles = (nibbles | nibbles << 8) & 0x00FF_00FF_00FF_00FF
        nibbles = (nibbles | nibbles << 4) & 0x0F0F_0F0F_0F0F_0F0F
        let ones: UInt64 = 0x0101_0101_0101_0101
        let areLetters = (nibbles &+ 6 &* ones) >> 4 & ones
        let gap = UInt64(UInt8(ascii: "a") - UInt8(ascii: "9") - 1)
        return nibbles &+ UInt64(UInt8(ascii: "0")) &* ones &+ gap &* areLetters
    }

    private static func hexDigit(_ byte: UInt8) -> UInt64? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt64(byte - UInt8(ascii: "0"))
        case UInt8(ascii: "a")...UInt8(ascii: "f"): UInt64(byte - UInt8(ascii: "a") + 10)
        case UInt8(ascii: "A")...UInt8(ascii: "F"): UInt64(byte - UInt8(ascii: "A") + 10)
        default: nil
        }
    }
}
