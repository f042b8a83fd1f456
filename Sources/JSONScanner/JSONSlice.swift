/// What a value is, as its first byte tells.
public enum JSONKind: Equatable, Sendable, CaseIterable {
    case object, array, string, number, `true`, `false`, null

    /// The kind of a value that begins with `byte`, or nil if none does.
    @inlinable
    init?(firstByte byte: UInt8) {
        switch byte {
        case UInt8(ascii: "\""): self = .string
        case UInt8(ascii: "{"): self = .object
        case UInt8(ascii: "["): self = .array
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): self = .number
        case UInt8(ascii: "t"): self = .true
        case UInt8(ascii: "f"): self = .false
        case UInt8(ascii: "n"): self = .null
        default: return nil
        }
    }
}

/// One complete, valid value of a scanned text: where it lies, byte for byte, without whitespace around it.
///
/// A slice holds no bytes. It means something only together with the bytes it was scanned from, and outlives the scanner.
public struct JSONSlice: Equatable, Sendable {
    /// What the value is.
    public let kind: JSONKind
    /// Whether the value is a string that holds at least one escape.
    public let hasEscapes: Bool
    /// The value's bytes, a string's quotes included.
    public let range: Range<Int>

    @inlinable
    init(kind: JSONKind, range: Range<Int>, hasEscapes: Bool = false) {
        self.kind = kind
        self.hasEscapes = hasEscapes
        self.range = range
    }

    /// The bytes between a string's quotes, escapes as they were written; of any other value the same as `range`.
    @inlinable
    public var contentRange: Range<Int> {
        kind == .string ? range.lowerBound + 1..<range.upperBound - 1 : range
    }

    /// The slice's content in the bytes it was scanned from.
    ///
    /// - Precondition: `bytes` reach as far as the slice does.
    func content(in bytes: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
        precondition(range.upperBound <= bytes.count, "a JSON slice needs the bytes that it was scanned from")
        return UnsafeRawBufferPointer(rebasing: bytes[contentRange])
    }
}
