extension ConfigShape {
    /// What a value must be, after "expected".
    var wording: String {
        switch self {
        case .text, .secret: "text"
        case .flag: "true or false"
        case .integer(let range):
            range == Int128(Int.min)...Int128(Int.max) ? "a whole number" : "a whole number \(range.wording)"
        case .number: "a number"
        case .duration: "a duration such as 500ms, 10s, 5m, 24h or 7d"
        case .size: "a size such as 64KiB, 10MiB, 1GiB or a number of bytes"
        case .choice(let cases): "one of \(cases.joined(separator: ", "))"
        case .optional(let shape): shape.wording
        case .list: "a list"
        case .dictionary, .mapping: "a mapping"
        case .any: "a value"
        }
    }

    /// Whether values of it must not be shown.
    var isSecret: Bool {
        switch required {
        case .secret: true
        case .list(let element): element.isSecret
        case .dictionary(let value): value.isSecret
        default: false
        }
    }
}

extension ClosedRange<Int128> {
    fileprivate var wording: String {
        "from \(lowerBound) to \(upperBound)"
    }
}

extension ConfigNode {
    /// What there is instead, after "found".
    func wording(isSecret: Bool) -> String {
        switch content {
        case .null: return "null"
        case .list: return "a list"
        case .mapping: return "a mapping"
        case .scalar where isSecret: return "something else"
        case .scalar(let scalar):
            let text = ConfigNode.shown(scalar.text)
            return scalar.form == .quoted ? "the text \"\(text)\"" : "'\(text)'"
        }
    }

    /// A text in one short line.
    static func shown(_ text: String) -> String {
        var shown = ""
        for scalar in text.unicodeScalars.prefix(60) {
            let isControl =
                scalar.properties.generalCategory == .control || scalar.properties.generalCategory == .format
            shown += isControl ? scalar.escaped(asASCII: true) : String(scalar)
        }
        return shown + (text.unicodeScalars.count > 60 ? "…" : "")
    }
}
