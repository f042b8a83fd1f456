/// Percent-encoding of URIs (RFC 3986 section 2.1).
public enum PercentEncoding {
    /// Decodes one path segment or query value; nil if an escape is broken or the result is no UTF-8.
    public static func decode(_ text: Substring) -> String? {
        guard text.utf8.contains(UInt8(ascii: "%")) else { return String(text) }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.utf8.count)
        var rest = text.utf8
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "%") {
                guard let escaped = popEscape(&rest) else { return nil }
                bytes.append(escaped)
            } else {
                bytes.append(byte)
            }
        }
        return String(validating: bytes, as: UTF8.self)
    }

    /// Decodes one name or value of a query as the WHATWG's URL standard does (section 1.3): a broken escape stands for itself, and
    /// what is no UTF-8 becomes U+FFFD, so that a bad value shows as one instead of passing for none.
    static func decodeLeniently(_ text: Substring.UTF8View, plusIsSpace: Bool) -> String {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.count)
        var rest = text
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "%"): bytes.append(popEscape(&rest) ?? byte)
            case UInt8(ascii: "+") where plusIsSpace: bytes.append(UInt8(ascii: " "))
            default: bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The byte of two hexadecimal digits, taken from `rest`; nil, and nothing taken, if it does not begin with two.
    private static func popEscape(_ rest: inout Substring.UTF8View) -> UInt8? {
        let digits = rest.prefix(2).compactMap(hexDigit)
        guard digits.count == 2 else { return nil }
        rest.removeFirst(2)
        return digits[0] << 4 | digits[1]
    }

    private static func hexDigit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
