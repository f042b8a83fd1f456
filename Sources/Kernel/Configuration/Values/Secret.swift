/// A text that is never printed: interpolation, `dump`, reflection, logs, and encoding show `<redacted>`.
///
/// Encoding it does not round-trip, on purpose.
public struct Secret: Hashable, Sendable {
    /// The text itself.
    public let reveal: String

    /// Guards `text`.
    public init(_ text: String) {
        reveal = text
    }

    static let redacted = "<redacted>"
}

extension Secret: Codable {
    /// Reads a text.
    public init(from decoder: any Decoder) throws {
        reveal = try decoder.singleValueContainer().decode(String.self)
    }

    /// Writes `<redacted>`.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(Secret.redacted)
    }
}

extension Secret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// `<redacted>`
    public var description: String { Secret.redacted }

    /// `<redacted>`
    public var debugDescription: String { Secret.redacted }

    /// Shows nothing of the text.
    public var customMirror: Mirror { Mirror(self, children: []) }
}
