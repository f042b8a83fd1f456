/// A caller's place in a distributed trace (W3C Trace Context, section 3.2).
public struct TraceContext: Hashable, Sendable {
    /// 32 lower-case hexadecimal digits, not all zero.
    public let traceID: String
    /// The caller's span: 16 lower-case hexadecimal digits, not all zero.
    public let parentID: String
    /// Whether the caller records the trace.
    public let isSampled: Bool

    /// Reads a `traceparent`; nil for any that the recommendation has a receiver ignore.
    ///
    /// Of versions above 00 the known prefix is read, and more may follow it after a hyphen.
    public init?(traceparent text: String) {
        let bytes = Array(text.utf8)
        guard bytes.count >= 55, bytes.count <= 512,
            [2, 35, 52].allSatisfy({ bytes[$0] == UInt8(ascii: "-") }),
            let version = Self.lowercaseHex(bytes[0..<2]), version != "ff",
            let traceID = Self.lowercaseHex(bytes[3..<35]), traceID.contains(where: { $0 != "0" }),
            let parentID = Self.lowercaseHex(bytes[36..<52]), parentID.contains(where: { $0 != "0" }),
            let flags = Self.lowercaseHex(bytes[53..<55]).flatMap({ UInt8($0, radix: 16) })
        else { return nil }
        guard bytes.count == 55 || (version != "00" && bytes[55] == UInt8(ascii: "-")) else { return nil }
        self.traceID = traceID
        self.parentID = parentID
        isSampled = flags & 1 == 1
    }

    private static func lowercaseHex(_ bytes: ArraySlice<UInt8>) -> String? {
        let isHex = bytes.allSatisfy {
            (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains($0)
        }
        return isHex ? String(decoding: bytes, as: UTF8.self) : nil
    }
}
