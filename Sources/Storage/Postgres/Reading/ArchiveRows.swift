import Domain
import Kernel
import PostgresClient
import StorageShared

/// The rows of a user's whole log or quarantine, as one of ``ArchiveStatements`` gave them.
struct ArchiveRows: Sendable {
    let rows: PostgresResult

    /// Whether the statement found more rows than it gave.
    var wasCut: Bool {
        Int(rows.integer(0, ArchiveColumn.offered.rawValue) ?? 0) > rows.rowCount
    }

    /// Where a row stands, or when it was quarantined.
    func place(_ row: Int) -> Int64 {
        PostgresTime.unixMicroseconds(of: rows.integer(row, ArchiveColumn.createdAt.rawValue) ?? 0)
    }

    /// The number of a quarantined row.
    func number(_ row: Int) -> Int64 { rows.integer(row, ArchiveColumn.number.rawValue) ?? 0 }

    /// The id that a quarantined row's client gave it.
    func eventID(_ row: Int) -> EventID? { uuid(row, .eventID) }

    /// Why a row was quarantined.
    func reason(_ row: Int) throws(StoreError) -> RejectionReason {
        guard let reason = rows.string(row, ArchiveColumn.reason.rawValue).flatMap(RejectionReason.init(rawValue:))
        else {
            throw StoreError(.unusable, "The database is damaged.", cause: "a quarantined change without a reason")
        }
        return reason
    }

    /// Lends a row to `take`.
    func withChangeRow<Result>(
        _ row: Int, _ take: (borrowing ChangeRow) -> Result
    ) throws(StoreError) -> Result {
        guard let operation = Operation(stored: text(row, .operation)) else {
            throw StoreError(.unusable, "The database is damaged.", cause: "a change of an unknown operation")
        }
        let members = rows.integer(row, ArchiveColumn.members.rawValue).map {
            PayloadMembers(rawValue: UInt8(truncatingIfNeeded: $0))
        }
        // The result outlives the call: `self` holds it.
        var change = ChangeRow(
            cursor: Cursor(UnixTime(microseconds: place(row))), eventID: uuid(row, .id) ?? EventID(high: 0, low: 0),
            schemaVersion: Int(rows.integer(row, ArchiveColumn.schemaVersion.rawValue) ?? 1), operation: operation,
            app: present(row, .app), table: present(row, .table), record: present(row, .record),
            user: present(row, .user), client: present(row, .client), space: text(row, .space),
            origin: text(row, .origin), actor: text(row, .actor))
        return change.withPayload(
            of: members,
            in: { column in
                switch column {
                case .data: text(row, .data)
                case .timestamps: text(row, .timestamps)
                case .values: text(row, .values)
                case .deletedAt: text(row, .deletedAt)
                }
            }, take)
    }

    private func uuid(_ row: Int, _ column: ArchiveColumn) -> EventID? {
        rows.uuid(row, column.rawValue).map { EventID(high: $0.high, low: $0.low) }
    }

    private func text(_ row: Int, _ column: ArchiveColumn) -> UnsafeRawBufferPointer? {
        rows.withBytes(row, column.rawValue) { $0 }
    }

    private func present(_ row: Int, _ column: ArchiveColumn) -> UnsafeRawBufferPointer {
        text(row, column) ?? UnsafeRawBufferPointer(start: nil, count: 0)
    }
}

/// The columns of these rows, by their number.
enum ArchiveColumn: Int, CaseIterable {
    case createdAt, id, app, table, record, user, client, space, operation, deletedAt, members, schemaVersion, origin
    case data, timestamps, values, actor, number, eventID, reason, offered

    /// What stands behind SELECT for the rows of the log. A change that was imported has the client that it had.
    static let changes = list { column in
        switch column {
        case .app: "archived_app"
        case .client: "archived_client"
        case .number, .eventID, .reason: "NULL"
        default: column.name
        }
    }

    /// The same for the quarantine.
    static let quarantined = list { column in
        switch column {
        case .createdAt: "quarantined_at"
        case .id: "NULL"
        default: column.name
        }
    }

    private static func list(_ name: (ArchiveColumn) -> String) -> String {
        allCases.map(name).joined(separator: ", ")
    }

    private var name: String {
        switch self {
        case .createdAt: "created_at"
        case .id: "id"
        case .app: "app_id"
        case .table: "table_name"
        case .record: "record_id"
        case .user: "user_id"
        case .client: "client_id"
        case .space: "space_id"
        case .operation: "op"
        case .deletedAt: "deleted_at"
        case .members: "members"
        case .schemaVersion: "schema_version"
        case .origin: "origin"
        case .data: "data"
        case .timestamps: "field_timestamps"
        case .values: "field_values"
        case .actor: "actor"
        case .number: "seq"
        case .eventID: "event_id"
        case .reason: "reason"
        case .offered: "offered"
        }
    }
}
