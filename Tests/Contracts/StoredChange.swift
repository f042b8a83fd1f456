public import Domain
import NIOCore

/// A copy of a ``ChangeRow``, for comparisons.
public struct StoredChange: Hashable, Sendable {
    public var cursor: Cursor
    public var eventID: EventID
    public var schemaVersion: Int
    public var operation: Operation
    public var app: String
    public var table: String
    public var record: String
    public var user: String
    public var client: String
    public var space: String?
    public var origin: String?
    public var payload: Payload

    init(_ row: borrowing ChangeRow) {
        func text(_ bytes: UnsafeRawBufferPointer?) -> String? { bytes.map { String(decoding: $0, as: UTF8.self) } }
        func json(_ bytes: UnsafeRawBufferPointer?) -> JSONText? { bytes.map { JSONText(ByteBuffer(bytes: $0)) } }
        cursor = row.cursor
        eventID = row.eventID
        schemaVersion = row.schemaVersion
        operation = row.operation
        app = text(row.app) ?? ""
        table = text(row.table) ?? ""
        record = text(row.record) ?? ""
        user = text(row.user) ?? ""
        client = text(row.client) ?? ""
        space = text(row.space)
        origin = text(row.origin)
        payload = Payload(data: json(row.data), deletedAt: text(row.deletedAt), actor: json(row.actor))
        if let values = json(row.fieldValues), let timestamps = json(row.fieldTimestamps) {
            payload.fields = Payload.Fields(values: values, timestamps: timestamps)
        }
    }
}

/// Keeps the rows of a page, and counts a fixed number of bytes for each or those of its `data`.
public struct RowCollector: ChangeSink {
    /// The rows so far.
    public private(set) var rows: [StoredChange] = []
    public private(set) var writtenBytes: Int

    /// A collector that says it has written `writtenBytes` before.
    public init(writtenBytes: Int = 0) {
        self.writtenBytes = writtenBytes
    }

    public mutating func append(_ row: borrowing ChangeRow) {
        rows.append(StoredChange(row))
        writtenBytes += 100 + (row.data?.count ?? 0)
    }
}
