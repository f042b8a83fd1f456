import Domain
import NIOCore

extension LogTable {
    /// The table's name.
    var sqliteName: String {
        switch self {
        case .changes: "sync_changes"
        case .quarantine: "quarantine"
        case .memberships: "space_memberships"
        case .grants: "space_grants"
        case .inheritance: "space_inheritance"
        case .inherited: "inherited_changes"
        }
    }

    /// Reads all rows, in the table's order.
    var sqliteSelection: String {
        let names = columns.map(\.storedName).joined(separator: ", ")
        switch self {
        case .changes, .quarantine: return "SELECT \(names) FROM \(sqliteName) ORDER BY seq"
        case .memberships: return "SELECT \(names) FROM \(sqliteName) ORDER BY user_id"
        case .grants: return "SELECT \(names) FROM \(sqliteName) WHERE ended_at IS NULL ORDER BY grant_id"
        case .inheritance:
            // The change that it came to may have been erased since: then the last before it.
            return """
                SELECT g.user_id, g.space_id, i.app_id, (
                    SELECT c.id FROM sync_changes AS c
                    WHERE c.space_id = g.space_id AND c.app_id = i.app_id AND c.created_at <= i.through_place
                      AND (c.created_at < i.through_place OR c.seq <= i.through_seq)
                    ORDER BY c.created_at DESC, c.seq DESC LIMIT 1), i.is_complete
                FROM space_grants AS g CROSS JOIN space_inheritance AS i ON i.grant_id = g.grant_id
                WHERE g.ended_at IS NULL ORDER BY g.grant_id, i.app_id
                """
        case .inherited:
            return """
                SELECT g.user_id, g.space_id, i.app_id, i.place, c.id
                FROM space_grants AS g CROSS JOIN inherited_changes AS i ON i.grant_id = g.grant_id
                CROSS JOIN sync_changes AS c ON c.seq = i.change_seq
                WHERE g.ended_at IS NULL AND c.space_id = g.space_id AND c.created_at <= g.joined_at
                ORDER BY g.grant_id, i.app_id, i.place
                """
        }
    }

    /// Stores one row. What tells of a grant or of a change comes after it.
    var sqliteInsertion: String {
        let grant = "(SELECT grant_id FROM space_grants WHERE user_id = ?1 AND space_id = ?2 AND ended_at IS NULL)"
        switch self {
        case .changes, .quarantine, .memberships, .grants: break
        case .inheritance:
            return """
                INSERT INTO space_inheritance (grant_id, app_id, through_place, through_seq, is_complete)
                SELECT \(grant), ?3, coalesce(c.created_at, 0), coalesce(c.seq, 0), ?5
                FROM (SELECT 1) LEFT JOIN sync_changes AS c ON c.id = ?4
                """
        case .inherited:
            return """
                INSERT INTO inherited_changes (grant_id, app_id, place, change_seq)
                VALUES (\(grant), ?3, ?4, (SELECT seq FROM sync_changes WHERE id = ?5))
                """
        }
        let names = columns.map(\.storedName).joined(separator: ", ")
        let places = columns.indices.map { "?\($0 + 1)" }.joined(separator: ", ")
        return "INSERT INTO \(sqliteName) (\(names)) VALUES (\(places))"
    }
}

extension SQLiteStatement {
    /// The row that the statement stands on.
    func record(of columns: [LogColumn]) -> LogRecord {
        LogRecord(
            columns.enumerated().map { index, column in
                let index = Int32(index)
                if isNull(index) { return .null }
                return switch column.kind {
                case .integer, .time: .integer(integer(index))
                case .text, .json: .text(text(index).map { ByteBuffer(bytes: $0) } ?? ByteBuffer())
                case .uuid: .bytes(ByteBuffer(bytes: blob(index)))
                }
            })
    }

    /// Binds a row's values to the parameters from the first on.
    func bind(_ record: LogRecord) throws(StoreError) {
        for (index, value) in record.values.enumerated() {
            let index = Int32(index + 1)
            switch value {
            case .null: try bindNull(index)
            case .integer(let number): try bind(index, number)
            case .text(let text): try bind(index, JSONText(text))
            case .bytes(let bytes):
                let bound = bytes.withUnsafeReadableBytes { bytes in
                    Result { () throws(StoreError) in try bindBlob(index, bytes) }
                }
                try bound.get()
            }
        }
    }
}
