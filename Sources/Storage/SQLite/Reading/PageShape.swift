import Domain

/// What decides a page's statement: the rest of its query is bound.
struct PageShape: Hashable, Sendable {
    /// Whether a client's own changes are left out.
    var leavesOutClient: Bool
    /// How many tables are asked for; nil for all.
    var tables: Int?

    init(leavesOutClient: Bool, tables: Int?) {
        self.leavesOutClient = leavesOutClient
        self.tables = tables
    }

    /// Up to this many tables are read each by its own index range, in a merge. With more, the app's rows are read and sifted.
    static let mostMerged = 16

    /// Whether the statement is worth keeping.
    var isCommon: Bool { (tables ?? 0) <= PageShape.mostMerged }

    /// Rows in the order of their places. Parameters: 1 user, 2 app, 3 the place to start after, 4 client, from 5 on the tables.
    var sql: String {
        let order = "ORDER BY created_at, seq"
        guard let tables, tables > 0 else { return "\(arm(where: tables == 0 ? "AND 0" : "")) \(order)" }
        guard isCommon else {
            // The plus keeps the planner from ranges by table, whose rows it would have to sort.
            let list = (0..<tables).map { "?\(5 + $0)" }.joined(separator: ", ")
            return "\(arm(where: "AND +table_name IN (\(list))")) \(order)"
        }
        return (0..<tables).map { arm(where: "AND table_name = ?\(5 + $0)") }.joined(separator: " UNION ALL ")
            + " " + order
    }

    private func arm(where condition: String) -> String {
        """
        SELECT \(ChangeColumn.list) FROM sync_changes
        WHERE user_id = ?1 AND app_id = ?2 \(condition) AND created_at > ?3\
        \(leavesOutClient ? " AND client_id <> ?4" : "")
        """
    }
}

/// The columns of a page's rows, by their number.
enum ChangeColumn: Int32, CaseIterable {
    case createdAt, seq, id, app, table, record, user, client, space, operation
    case data, timestamps, values, deletedAt, members, schemaVersion, actor, origin

    /// The columns' names in order.
    static let list = allCases.map(\.name).joined(separator: ", ")

    /// The same for an archive, where a change that was imported keeps the client that it had.
    static let archivedList = allCases.map { column in
        column == .client ? "coalesce(imported_client_id, client_id)" : column.name
    }.joined(separator: ", ")

    /// The same of the quarantine, whose rows have no id of their own.
    static let quarantinedList = allCases.map { column in
        switch column {
        case .createdAt: "quarantined_at"
        case .id: "NULL"
        default: column.name
        }
    }.joined(separator: ", ")

    /// The columns of the table that goes by `alias`, each with its name, with another place than the one that the table has.
    static func list(from alias: String, place: String) -> String {
        allCases.map { $0 == .createdAt ? "\(place) AS created_at" : "\(alias).\($0.name)" }.joined(separator: ", ")
    }

    private var name: String {
        switch self {
        case .createdAt: "created_at"
        case .seq: "seq"
        case .id: "id"
        case .app: "app_id"
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
        }
    }
}
