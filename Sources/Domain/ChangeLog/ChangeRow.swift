/// One stored change as the engine has it in memory.
///
/// The pointers are good only during the call that passes the row: whoever wants to keep something copies it.
public struct ChangeRow {
    /// The change's place in the clock.
    public var cursor: Cursor
    /// Its identity.
    public var eventID: EventID
    /// The version of its schema; at least 1.
    public var schemaVersion: Int
    /// What it does.
    public var operation: Operation
    /// The app's name.
    public var app: UnsafeRawBufferPointer
    /// The table's name.
    public var table: UnsafeRawBufferPointer
    /// The record's id.
    public var record: UnsafeRawBufferPointer
    /// Its author.
    public var user: UnsafeRawBufferPointer
    /// The client that pushed it; empty if it did not name itself.
    public var client: UnsafeRawBufferPointer
    /// The space's id.
    public var space: UnsafeRawBufferPointer?
    /// Its `origin`, unescaped.
    public var origin: UnsafeRawBufferPointer?
    /// Its `data` as JSON.
    public var data: UnsafeRawBufferPointer?
    /// The values of its `fields` as a JSON object.
    public var fieldValues: UnsafeRawBufferPointer?
    /// The timestamps of its `fields` as a JSON object. In rows that another server wrote, names may stand in another order than in
    /// ``fieldValues``, and may be missing there.
    public var fieldTimestamps: UnsafeRawBufferPointer?
    /// Its `deletedAt`, unescaped.
    public var deletedAt: UnsafeRawBufferPointer?
    /// Its `actor` as JSON.
    public var actor: UnsafeRawBufferPointer?

    /// A row of its parts.
    @inlinable
    public init(
        cursor: Cursor, eventID: EventID, schemaVersion: Int, operation: Operation, app: UnsafeRawBufferPointer,
        table: UnsafeRawBufferPointer, record: UnsafeRawBufferPointer, user: UnsafeRawBufferPointer,
        client: UnsafeRawBufferPointer, space: UnsafeRawBufferPointer? = nil, origin: UnsafeRawBufferPointer? = nil,
        data: UnsafeRawBufferPointer? = nil, fieldValues: UnsafeRawBufferPointer? = nil,
        fieldTimestamps: UnsafeRawBufferPointer? = nil, deletedAt: UnsafeRawBufferPointer? = nil,
        actor: UnsafeRawBufferPointer? = nil
    ) {
        self.cursor = cursor
        self.eventID = eventID
        self.schemaVersion = schemaVersion
        self.operation = operation
        self.app = app
        self.table = table
        self.record = record
        self.user = user
        self.client = client
        self.space = space
        self.origin = origin
        self.data = data
        self.fieldValues = fieldValues
        self.fieldTimestamps = fieldTimestamps
        self.deletedAt = deletedAt
        self.actor = actor
    }
}

/// Takes the rows of a page one by one, in order, on a thread of the engine: it must not block.
public protocol ChangeSink: Sendable {
    /// Takes the next row.
    mutating func append(_ row: borrowing ChangeRow)
    /// How many bytes it has written: what a page's byte limit counts.
    var writtenBytes: Int { get }
}
