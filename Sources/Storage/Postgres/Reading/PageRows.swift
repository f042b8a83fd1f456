import Domain
import Kernel
import PostgresClient
import StorageShared

/// The rows of a page's statement while their result is held: a value of plain words, for no row counts references.
struct PageRows {
    /// Where a row's JSON is.
    struct JSONPlace {
        var rows: PostgresRows
        var row: Int
        /// How many columns further in front than in a page.
        var shift: Int
    }

    let rows: PostgresRows

    /// The place of a row in the change clock.
    func place(_ row: Int) -> Int64 {
        PostgresTime.unixMicroseconds(of: rows.integer(row, RowColumn.createdAt.rawValue) ?? 0)
    }

    /// A row's event id.
    func id(_ row: Int) -> EventID {
        rows.uuid(row, RowColumn.id.rawValue).map { EventID(high: $0.high, low: $0.low) } ?? EventID(high: 0, low: 0)
    }

    /// How many bytes of JSON a row has.
    func bytes(_ row: Int) -> Int { Int(rows.integer(row, RowColumn.bytes.rawValue) ?? 0) }

    /// Whether a row's JSON is too large to have come with it.
    func isBulky(_ row: Int) -> Bool { bytes(row) > PageShape.bulkyBytes }

    /// The first of the rows with a later place than `end`, or their number.
    func count(upTo end: Int64) -> Int {
        end == .max ? rows.count : (0..<rows.count).first { place($0) > end } ?? rows.count
    }

    /// Lends a row to `take`.
    func withChangeRow(
        _ row: Int, at place: Int64, json source: JSONPlace, app: UnsafeRawBufferPointer,
        _ take: (borrowing ChangeRow) -> Bool
    ) throws(StoreError) -> Bool {
        guard let operation = Operation(stored: text(row, .operation)) else {
            throw StoreError(.unusable, "The database is damaged.", cause: "a change of an unknown operation")
        }
        let members = rows.integer(row, RowColumn.members.rawValue).map {
            PayloadMembers(rawValue: UInt8(truncatingIfNeeded: $0))
        }
        func json(_ column: RowColumn) -> UnsafeRawBufferPointer? {
            source.rows.bytes(source.row, column.rawValue - source.shift)
        }
        var change = ChangeRow(
            cursor: Cursor(UnixTime(microseconds: place)), eventID: id(row),
            schemaVersion: Int(rows.integer(row, RowColumn.schemaVersion.rawValue) ?? 1), operation: operation,
            app: app, table: present(row, .table), record: present(row, .record), user: present(row, .user),
            client: present(row, .client), space: text(row, .space), origin: text(row, .origin), actor: json(.actor))
        return change.withPayload(
            of: members,
            in: { column in
                switch column {
                case .data: json(.data)
                case .timestamps: json(.timestamps)
                case .values: json(.values)
                case .deletedAt: text(row, .deletedAt)
                }
            }, take)
    }

    private func text(_ row: Int, _ column: RowColumn) -> UnsafeRawBufferPointer? {
        rows.bytes(row, column.rawValue)
    }

    private func present(_ row: Int, _ column: RowColumn) -> UnsafeRawBufferPointer {
        text(row, column) ?? UnsafeRawBufferPointer(start: nil, count: 0)
    }
}
