/// A JSON object that is written member by member. What is nil is left out.
struct JSONObject: Sendable {
    private var members = ""

    /// `{}`
    init() {}

    /// The object on one line.
    var text: String { "{\(members)}" }

    mutating func add(_ name: String, _ text: String?) {
        if let text { add(name, json: Self.quoted(text)) }
    }

    mutating func add(_ name: String, _ number: Int?) {
        if let number { add(name, json: String(number)) }
    }

    mutating func add(_ name: String, _ flag: Bool?) {
        if let flag { add(name, json: flag ? "true" : "false") }
    }

    /// A member whose value is JSON already.
    mutating func add(_ name: String, json: String) {
        if !members.isEmpty { members += "," }
        members += "\(Self.quoted(name)):\(json)"
    }

    /// A text in JSON's quotes (RFC 8259, section 7).
    private static func quoted(_ text: String) -> String {
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"", "\\":
                quoted += "\\"
                quoted.unicodeScalars.append(scalar)
            case "\0"..."\u{1F}":
                let digits = String(scalar.value, radix: 16)
                quoted += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: quoted.unicodeScalars.append(scalar)
            }
        }
        return quoted + "\""
    }
}
