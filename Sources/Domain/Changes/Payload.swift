/// What a change was pushed with. Each member comes back to other clients as it came in (spec: protocol.md, "byte-faithful").
public struct Payload: Hashable, Sendable {
    /// `data`.
    public var data: JSONText?
    /// `fields`, split in two objects with the same names in the same order.
    public var fields: Fields?
    /// `deletedAt`, an RFC 3339 timestamp.
    public var deletedAt: String?
    /// `actor`.
    public var actor: JSONText?

    /// A payload of the given members.
    public init(data: JSONText? = nil, fields: Fields? = nil, deletedAt: String? = nil, actor: JSONText? = nil) {
        self.data = data
        self.fields = fields
        self.deletedAt = deletedAt
        self.actor = actor
    }

    /// The `fields` of a change in the two halves in which the log keeps them.
    public struct Fields: Hashable, Sendable {
        /// `{"title":"Buy milk"}`: names and values.
        public var values: JSONText
        /// `{"title":"2024-01-01T10:05:00Z"}`: the same names in the same order, and their timestamps as they were sent.
        public var timestamps: JSONText

        /// Fields of two objects that have the same names in the same order.
        public init(values: JSONText, timestamps: JSONText) {
            self.values = values
            self.timestamps = timestamps
        }
    }
}
