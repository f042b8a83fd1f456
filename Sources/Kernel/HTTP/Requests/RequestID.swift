public import HTTPTypes

/// What names a request in answers and logs.
public struct RequestID: Hashable, Sendable, CustomStringConvertible {
    /// 1 to 64 characters of `[A-Za-z0-9._-]`.
    public let text: String

    /// The id that the client or a proxy sent, if it is one: 1 to 64 characters of `[A-Za-z0-9._-]`.
    public init?(_ text: String) {
        let isPlain = text.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"):
                true
            default: false
            }
        }
        guard isPlain, (1...64).contains(text.utf8.count) else { return nil }
        self.text = text
    }

    /// A new id: 96 random bits in lower-case hexadecimal digits.
    public init() {
        var generator = SystemRandomNumberGenerator()
        self.init(using: &generator)
    }

    init(using generator: inout some RandomNumberGenerator) {
        let high = generator.next()
        let low = generator.next()
        text = String(unsafeUninitializedCapacity: 24) { bytes in
            for index in 0..<24 {
                let word = index < 16 ? high : low
                let digit = UInt8(truncatingIfNeeded: word >> (UInt64(index & 15) * 4)) & 0xF
                bytes[index] = digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") - 10 + digit
            }
            return 24
        }
    }

    /// The id in `X-Request-Id`, where there is one that is valid, else a new one.
    public init(of fields: HTTPFields) {
        self = fields[.requestID].flatMap { RequestID($0) } ?? RequestID()
    }

    /// The id.
    public var description: String { text }
}
