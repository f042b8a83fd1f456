/// A number of bytes, written `64KiB`, `10MiB`, `1GiB`, `2TiB` or as a plain number (spec: operations.md, "Keys of the config file").
public struct ByteSize: Hashable, Sendable {
    /// The number of bytes, never negative where it was read from text.
    public var bytes: Int

    /// A number of bytes.
    public init(bytes: Int) {
        self.bytes = bytes
    }

    /// A number of units of 1024 bytes.
    public static func kibibytes(_ count: Int) -> ByteSize { ByteSize(bytes: count << 10) }

    /// A number of units of 1024² bytes.
    public static func mebibytes(_ count: Int) -> ByteSize { ByteSize(bytes: count << 20) }

    /// A number of units of 1024³ bytes.
    public static func gibibytes(_ count: Int) -> ByteSize { ByteSize(bytes: count << 30) }

    private static let units: [(suffix: String, bytes: Int)] = [
        ("TiB", 1 << 40), ("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10), ("", 1),
    ]
}

extension ByteSize: LosslessStringConvertible {
    /// Reads a whole number in decimal digits with an optional unit; nil for anything else, or where it does not fit.
    public init?(_ text: String) {
        guard let unit = ByteSize.units.first(where: { text.hasSuffix($0.suffix) }),
            let count = Int(decimalDigits: text.dropLast(unit.suffix.count))
        else { return nil }
        let (bytes, overflow) = count.multipliedReportingOverflow(by: unit.bytes)
        guard !overflow else { return nil }
        self.bytes = bytes
    }

    /// In the largest unit that loses nothing: `64KiB`, `1000`.
    public var description: String {
        guard let unit = ByteSize.units.first(where: { bytes >= $0.bytes && bytes % $0.bytes == 0 }) else {
            return "\(bytes)"
        }
        return "\(bytes / unit.bytes)\(unit.suffix)"
    }
}

extension ByteSize: Comparable {
    /// By the number of bytes.
    public static func < (left: ByteSize, right: ByteSize) -> Bool { left.bytes < right.bytes }
}

extension ByteSize: Codable {
    /// Reads the text form, or a number that is not negative.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let bytes = try? container.decode(Int.self), bytes >= 0 {  // absence: it is not a number
            self.bytes = bytes
            return
        }
        guard let size = ByteSize(try container.decode(String.self)) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "not a size")
        }
        self = size
    }

    /// Writes the text form.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}

extension FixedWidthInteger {
    /// Reads ASCII digits alone: no sign, no separators. Nil for anything else, for none, or where it does not fit.
    init?(decimalDigits text: some StringProtocol) {
        guard !text.isEmpty, text.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) else {
            return nil
        }
        self.init(text)
    }
}
