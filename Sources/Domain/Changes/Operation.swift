/// What a change does to its record.
public enum Operation: String, Sendable, CaseIterable {
    /// The record comes to be.
    case insert
    /// Some of its fields are set.
    case update
    /// The record ends, leaving a tombstone.
    case delete
}
