/// A JSON value with the order of its members, for output that people read.
indirect enum JSONText {
    /// Already JSON: a number, `true`.
    case literal(String)
    case text(String)
    case array([JSONText])
    case object([(String, JSONText)])

    /// The value over several lines, indented by two spaces.
    func rendered(indent: String = "") -> String {
        let inner = indent + "  "
        switch self {
        case .literal(let literal): return literal
        case .text(let text): return JSONText.quoted(text)
        case .array(let elements):
            return "[\(elements.map { $0.rendered(indent: inner) }.joined(separator: ", "))]"
        case .object(let members):
            if members.isEmpty { return "{}" }
            let lines = members.map { "\(inner)\(JSONText.quoted($0.0)): \($0.1.rendered(indent: inner))" }
            return "{\n\(lines.joined(separator: ",\n"))\n\(indent)}"
        }
    }

    /// A text in JSON's quotes (RFC 8259, section 7).
    static func quoted(_ text: String) -> String {
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": quoted += "\\\""
            case "\\": quoted += "\\\\"
            case "\n": quoted += "\\n"
            case "\t": quoted += "\\t"
            case _ where scalar.value < 0x20:
                let digits = String(scalar.value, radix: 16)
                quoted += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: quoted.unicodeScalars.append(scalar)
            }
        }
        return quoted + "\""
    }
}
