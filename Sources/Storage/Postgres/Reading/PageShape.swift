import Domain
import Kernel
import PostgresClient

/// What decides a page's statement: the rest of its query is bound.
struct PageShape: Hashable, Sendable {
    /// Whether a client's own changes are left out.
    var leavesOutClient: Bool
    /// How many tables are asked for; nil for all.
    var tables: Int?
    /// Where the JSON is.
    var form = TableForm.own

    /// Up to this many tables are read each by its own index range, in a merge. With more, the app's rows are read and sifted.
    static let mostMerged = 16

    /// The JSON of a row with more than so many bytes of it does not come with the page: it is fetched where the page has room for it. So an
    /// answer of the server has a bound, whatever is in the rows.
    static let bulkyBytes = 4096

    /// Rows in the order of their places, those of the last one's place included. Parameters: 1 user, 2 app, 3 the place to start after, 4 the most rows,
    /// 5 client, then the tables: one each, or all in an array.
    var sql: String {
        guard let tables else { return arm(collation: "C", condition: "") }
        let first = leavesOutClient ? 6 : 5
        guard (1...PageShape.mostMerged).contains(tables) else {
            return arm(collation: "C", condition: "AND table_name = ANY ($\(first))")
        }
        let arms = (0..<tables).map { "(\(arm(collation: "POSIX", condition: "AND table_name = $\(first + $0)")))" }
        guard tables > 1 else { return arms[0] }
        return
            "SELECT * FROM (\(arms.joined(separator: " UNION ALL "))) AS merged ORDER BY created_at FETCH FIRST $4 ROWS WITH TIES"
    }

    private func arm(collation: String, condition: String) -> String {
        """
        SELECT \(form.pageColumns) \
        FROM sync_changes WHERE user_id COLLATE "\(collation)" = $1 AND app_id = $2 \(condition) \
        AND created_at > timestamptz 'epoch' + $3 * interval '1 microsecond'\
        \(leavesOutClient ? " AND client_id <> $5" : "") ORDER BY created_at FETCH FIRST $4 ROWS WITH TIES
        """
    }

    /// How many rows a query asks for: one more than go into a page, to see whether there are more, and room for `more` that are left out.
    static func rows(for query: ChangeQuery, more: Int = 0) -> Int {
        let rows = max(1, query.limit).addingReportingOverflow(1 + more)
        return rows.overflow ? .max : rows.partialValue
    }

    /// The statement for a query.
    static func statement(
        for query: ChangeQuery, rows: Int, form: TableForm
    ) throws(PostgresError) -> PostgresStatement {
        let shape = PageShape(leavesOutClient: query.client != nil, tables: query.tables?.count, form: form)
        var parameters = PostgresParameters()
        try parameters.append(query.user.text)
        try parameters.append(query.app.text)
        parameters.append(place: query.after)
        parameters.append(Int64(rows))
        if let client = query.client { try parameters.append(client.text) }
        if let tables = query.tables {
            if (1...mostMerged).contains(tables.count) {
                for table in tables { try parameters.append(table.text) }
            } else {
                var names = try PostgresArray(of: .text)
                for table in tables { try names.append(table.text) }
                parameters.append(names)
            }
        }
        return PostgresStatement(query.includesSpaces ? SharedPageShape(own: shape).sql : shape.sql, parameters)
    }
}

/// The columns of a page's rows, by their number.
enum RowColumn: Int, CaseIterable {
    case createdAt, id, table, record, user, client, space, operation, deletedAt, members, schemaVersion, origin, bytes
    case data, timestamps, values, actor

    /// The JSON of a row, which may be left out of a page.
    static let bulky: [RowColumn] = [.data, .timestamps, .values, .actor]

    var name: String {
        switch self {
        case .createdAt: "created_at"
        case .id: "id"
        case .table: "table_name"
        case .record: "record_id"
        case .user: "user_id"
        case .client: "client_id"
        case .space: "space_id"
        case .operation: "op"
        case .data: "data"
        case .timestamps: "field_timestamps"
        case .values: "field_values"
        case .deletedAt: "deleted_at"
        case .members: "members"
        case .schemaVersion: "schema_version"
        case .actor: "actor"
        case .origin: "origin"
        case .bytes: "bytes"
        }
    }
}
