/// A value for a key that does not come from the file: what the text of an environment variable stands for.
public enum ConfigValue: Sendable {
    /// Text, read as whatever type the key has.
    case scalar(String)
    /// A list.
    case list([ConfigValue])
    /// A mapping, in order.
    case mapping([(key: String, value: ConfigValue)])
    /// No value, for an optional key.
    case null
}

extension ConfigValue: Equatable {
    /// Equal in structure, text and order.
    public static func == (left: ConfigValue, right: ConfigValue) -> Bool {
        switch (left, right) {
        case (.scalar(let left), .scalar(let right)): left == right
        case (.list(let left), .list(let right)): left == right
        case (.mapping(let left), .mapping(let right)): left.elementsEqual(right, by: ==)
        case (.null, .null): true
        default: false
        }
    }
}

/// Why the text of an environment variable means nothing. The message must not repeat a secret.
public struct ConfigValueError: Error, Sendable {
    /// What is wrong, without the name of the variable: `expected name:key,name:key`.
    public let message: String

    /// An error with a message that is safe to show.
    public init(_ message: String) {
        self.message = message
    }
}
