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

    /// What stands behind SELECT to have the columns of a page's row: JSON only where there is little of it.
    var pageColumns: String {
        switch self {
        case .own: Self.ownPageColumns
        case .besideOld: Self.pageColumnsBesideOld
        }
    }

    // Put together once: each pull asks for them.
    private static let ownPageColumns = TableForm.own.listPageColumns()
    private static let pageColumnsBesideOld = TableForm.besideOld.listPageColumns()

    private func listPageColumns() -> String {
        RowColumn.allCases.map { column in
            let value = expression(of: column)
            guard RowColumn.bulky.contains(column) else { return "\(value) AS \(column.name)" }
            return "CASE WHEN \(bytes) <= \(PageShape.bulkyBytes) THEN \(value) END AS \(column.name)"
        }.joined(separator: ", ")
    }

    /// What stands behind SELECT to have all columns of a change, whatever their size.
    var columns: String {
        RowColumn.allCases.filter { $0 != .bytes }.map { "\(expression(of: $0)) AS \($0.name)" }.joined(separator: ", ")
    }

    /// What stands behind SELECT to have the JSON of a row, however much there is.
    var bulkyColumns: String { RowColumn.bulky.map(expression(of:)).joined(separator: ", ") }

    /// What stands behind SELECT to have all of a row, its JSON however much there is.
    var wholeColumns: String {
        RowColumn.allCases.map { "\(expression(of: $0)) AS \($0.name)" }.joined(separator: ", ")
    }

    private func expression(of column: RowColumn) -> String {
        switch self {
        case _ where column == .bytes: bytes
        case .besideOld where Self.old.contains(column.name):
            "CASE WHEN members IS NULL THEN \(inherited(column)) ELSE \(column.name) END"
        case .own, .besideOld: column.name
        }
    }

    private func inherited(_ column: RowColumn) -> String {
        let old = Self.oldName(column.name)
        return column == .timestamps ? InheritedTimestamps.expression(of: old) : "\(old)::text::json"
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
