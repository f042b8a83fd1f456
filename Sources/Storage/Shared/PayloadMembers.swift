package import Domain

/// Which payload members a change was pushed with: the `members` column.
package struct PayloadMembers: OptionSet, Sendable {
    package let rawValue: UInt8

    package static let data = PayloadMembers(rawValue: 1)
    package static let fields = PayloadMembers(rawValue: 2)
    package static let deletedAt = PayloadMembers(rawValue: 4)

    package init(rawValue: UInt8) {
        self.rawValue = rawValue
    }

    /// The members that a payload has.
    package init(of payload: Payload) {
        self = []
        if payload.data != nil { insert(.data) }
        if payload.fields != nil { insert(.fields) }
        if payload.deletedAt != nil { insert(.deletedAt) }
    }
}

/// What a payload's columns hold (decision 3). `deleted_at` is its `deletedAt`.
extension Payload {
    /// The column `data`: what readers of the server that this one replaces expect there.
    package var storedData: JSONText? {
        data ?? fields?.values ?? deletedAt.map { JSONText(deletedAtObject($0)) }
    }

    /// The column `field_timestamps`.
    package var storedTimestamps: JSONText { fields?.timestamps ?? emptyObject }

    /// The column `field_values`: only where `data` holds something else.
    package var storedValues: JSONText? { data == nil ? nil : fields?.values }
}

private let emptyObject = JSONText("{}")

/// `{"deletedAt":"…"}`
private func deletedAtObject(_ deletedAt: String) -> String {
    var text = "{\"deletedAt\":\""
    for scalar in deletedAt.unicodeScalars {
        switch scalar {
        case "\"", "\\":
            text.unicodeScalars.append("\\")
            text.unicodeScalars.append(scalar)
        case "\0"..."\u{1F}":
            let digits = String(scalar.value, radix: 16)
            text += "\\u" + String(repeating: "0", count: 4 - digits.utf8.count) + digits
        default: text.unicodeScalars.append(scalar)
        }
    }
    return text + "\"}"
}
