/// How the text of a scalar is read as the types that a key can have (YAML 1.2.2, section 10.3 "Core Schema", less its spellings
/// that other YAML readers take for something else).
enum ScalarText {
    /// `true` and `false` alone.
    static func flag(_ text: String) -> Bool? {
        switch text {
        case "true": true
        case "false": false
        default: nil
        }
    }

    /// Decimal digits after an optional sign, without separators and leading zeros, which YAML 1.1 reads as octal.
    static func integer(_ text: String) -> Int128? {
        let digits = text.hasPrefix("-") || text.hasPrefix("+") ? text.dropFirst() : text[...]
        guard digits == "0" || !digits.hasPrefix("0"), let magnitude = Int128(decimalDigits: digits) else { return nil }
        return text.hasPrefix("-") ? -magnitude : magnitude
    }

    /// A finite decimal number, `0.5`, `12`, `1e3`.
    static func number(_ text: String) -> Double? {
        guard let first = text.utf8.first(where: { $0 != UInt8(ascii: "-") && $0 != UInt8(ascii: "+") }),
            (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(first),
            text.utf8.allSatisfy({ "0123456789+-.eE".utf8.contains($0) }),
            let number = Double(text), number.isFinite
        else { return nil }
        return number
    }

    /// What YAML reads as null.
    static func isNull(_ text: String) -> Bool {
        ["", "~", "null", "Null", "NULL"].contains(text)
    }

    /// What some version of YAML reads as a truth value.
    static func looksLikeFlag(_ text: String) -> Bool {
        ["true", "false", "yes", "no", "on", "off", "y", "n"].contains(text.lowercased())
    }

    /// What some version of YAML reads as a number.
    static func looksLikeNumber(_ text: String) -> Bool {
        if number(text) != nil { return true }
        let unsigned = text.hasPrefix("-") || text.hasPrefix("+") ? text.dropFirst() : text[...]
        if [".inf", ".nan"].contains(unsigned.lowercased()) { return true }
        let separators = unsigned.utf8.count { $0 == UInt8(ascii: "_") }
        let isHexadecimal =
            unsigned.hasPrefix("0x") && unsigned.dropFirst(2).allSatisfy(\.isHexDigit) && unsigned.count > 2
        return isHexadecimal
            || separators > 0 && Int128(decimalDigits: unsigned.filter { $0 != "_" }) != nil
                && unsigned.first != "_"
    }
}
