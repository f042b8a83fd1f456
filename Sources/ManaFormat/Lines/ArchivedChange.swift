public import Domain

/// A change as a line of an archive states it (spec: backup.md, "An event line").
public struct ArchivedChange: Equatable, Sendable {
    /// Its identity. Every event has one; a quarantined change may have none.
    public var eventID: EventID?
    /// The version of its schema; at least 1.
    public var schemaVersion: Int
    /// The app.
    public var app: AppID
    /// The table that the record is in.
    public var table: TableName
    /// The record that it changes.
    public var record: RecordID
    /// What it does.
    public var operation: Operation
    /// What it carries. Values are byte for byte those of the line.
    public var payload: Payload
    /// The client that pushed it, if it named itself.
    public var client: ClientID?
    /// Its place in the clock of the server that wrote the archive; for a quarantined change when it was rejected.
    public var createdAt: Cursor
    /// The space that it belongs to.
    public var space: SpaceID?
    /// Who or what made it, opaque to the server.
    public var origin: String?
    /// Its author, where the archive is not of one user.
    public var user: UserID?
    /// Why it is in the quarantine; nil for an event.
    public var reason: RejectionReason?
}
