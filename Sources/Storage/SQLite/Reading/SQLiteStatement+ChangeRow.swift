import Domain
import Kernel
import StorageShared

extension SQLiteStatement {
    /// Where the current row stands in the change clock.
    var place: Int64 { integer(ChangeColumn.createdAt.rawValue) }

    /// The current row's event id.
    var eventID: EventID { eventID(in: ChangeColumn.id.rawValue) }

    /// The event id in a column; zero where there is none.
    func eventID(in column: Int32) -> EventID {
        let bytes = blob(column)
        guard bytes.count == 16 else { return EventID(high: 0, low: 0) }
        return EventID(
            high: UInt64(bigEndian: bytes.loadUnaligned(as: UInt64.self)),
            low: UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self)))
    }

    /// Lends the current row to `take`. Nothing is copied but an inherited `deletedAt` that has escapes.
    func withChangeRow<Result>(_ take: (borrowing ChangeRow) -> Result) throws(StoreError) -> Result {
        guard let operation = Operation(stored: text(.operation)) else {
            throw StoreError(.unusable, "The database is damaged.", cause: "a change of an unknown operation")
        }
        var row = ChangeRow(
            cursor: Cursor(UnixTime(microseconds: place)), eventID: eventID,
            schemaVersion: Int(integer(ChangeColumn.schemaVersion.rawValue)), operation: operation,
            app: present(.app), table: present(.table), record: present(.record), user: present(.user),
            client: present(.client), space: text(.space), origin: text(.origin), actor: text(.actor))
        let members =
            isNull(ChangeColumn.members.rawValue)
            ? nil : PayloadMembers(rawValue: UInt8(truncatingIfNeeded: integer(ChangeColumn.members.rawValue)))
        return row.withPayload(of: members, in: { text($0.column) }, take)
    }

    private func text(_ column: ChangeColumn) -> UnsafeRawBufferPointer? { text(column.rawValue) }

    private func present(_ column: ChangeColumn) -> UnsafeRawBufferPointer {
        text(column.rawValue) ?? UnsafeRawBufferPointer(start: nil, count: 0)
    }
}

extension PayloadColumn {
    fileprivate var column: ChangeColumn {
        switch self {
        case .data: .data
        case .timestamps: .timestamps
        case .values: .values
        case .deletedAt: .deletedAt
        }
    }
}
