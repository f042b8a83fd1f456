import Domain
import PostgresClient

/// Where a table's JSON is.
enum TableForm: Sendable {
    /// In our columns.
    case own
    /// That of inherited rows is still in the columns that the other server made, which a takeover renamed.
    case besideOld

    /// The columns that a takeover may leave where they are, and what they are called then.
    static let old = ["data", "field_timestamps", "actor"]

    static func oldName(_ column: String) -> String { "\(column)_jsonb" }

    /// Finds out which one a database has.
    static func find(_ client: PostgresClient) async throws(StoreError) -> TableForm {
        do throws(PostgresError) {
            let found = try await client.query(PostgresStatement(query, isPrepared: false))
            return found.boolean(0, 0) == true ? .besideOld : .own
        } catch {
            throw StoreError(error)
        }
    }

    /// What stands behind SELECT to have all columns of a change.
    var columns: String {
        switch self {
        case .own: "*"
        case .besideOld:
            RowColumn.allCases.filter { $0 != .bytes }.map { column in
                guard Self.old.contains(column.name) else { return column.name }
                return
                    "CASE WHEN members IS NULL THEN \(Self.oldName(column.name))::text::json ELSE \(column.name) END AS \(column.name)"
            }.joined(separator: ", ")
        }
    }

    /// How many bytes of JSON a row has; in inherited ones nobody counted them.
    var bytes: String {
        let (data, timestamps) = self == .own ? ("data", "field_timestamps") : ("data_jsonb", "field_timestamps_jsonb")
        return "coalesce(payload_bytes, octet_length(\(data)::text) + octet_length(\(timestamps)::text), 0)"
    }

    private static let query = """
        SELECT EXISTS (SELECT FROM pg_attribute
          WHERE attrelid = to_regclass('sync_changes') AND attname = '\(oldName("data"))' AND NOT attisdropped)
        """
}
