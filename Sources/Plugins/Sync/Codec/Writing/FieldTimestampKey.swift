/// What a field's timestamp is called in answers (spec: protocol.md, `plugins.sync.fieldTimestampKey`). Pushes may use either.
public enum FieldTimestampKey: String, Codable, CaseIterable, Sendable {
    /// The name that every client reads.
    case updatedAt
    /// The name that newer clients send.
    case at
}
