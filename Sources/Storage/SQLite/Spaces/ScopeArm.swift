import Domain

/// A statement that gives the rows of one scope in the order of their places: what a page of a member of spaces is merged from.
struct ScopeArm: Sendable {
    /// What decides a statement: the rest is bound.
    struct Shape: Hashable, Sendable {
        enum Kind: Hashable, Sendable {
            /// What was written into a space since its reader joined.
            case written
            /// What its reader inherited.
            case inherited
        }

        var kind: Kind
        /// How many tables are asked for; nil for all.
        var tables: Int?

        /// Parameters: 1 app, 2 the place to start after, 3 space, 4 the place of the join, 5 grant, from 6 on the tables.
        var sql: String {
            let columns = ChangeColumn.list(from: "c", place: kind == .inherited ? "i.place" : "c.created_at")
            // The plus keeps the planner from indexes by table, whose rows it would have to sort.
            let list = (0..<(tables ?? 0)).map { "?\(6 + $0)" }.joined(separator: ", ")
            let condition = tables == nil ? "" : "AND +c.table_name IN (\(list)) "
            switch kind {
            case .written:
                return """
                    SELECT \(columns) FROM sync_changes AS c
                    WHERE c.space_id = ?3 AND c.app_id = ?1 AND c.created_at > max(?2, ?4) \(condition)ORDER BY c.created_at, c.seq
                    """
            case .inherited:
                // A row's number may come again once the row was erased: then it is another row, and later than the join.
                return """
                    SELECT \(columns) FROM inherited_changes AS i CROSS JOIN sync_changes AS c ON c.seq = i.change_seq
                    WHERE i.grant_id = ?5 AND i.app_id = ?1 AND i.place > ?2 AND c.space_id = ?3 AND c.created_at <= ?4
                      \(condition)ORDER BY i.place
                    """
            }
        }
    }

    let rows: SQLiteStatement
    /// Whose rows are left out, for they come by another arm.
    let author: UserID?
    /// Where its next row stands; nil where there is none.
    private(set) var next: Int64?

    /// An arm at its first row.
    init(_ rows: SQLiteStatement, leavingOut author: UserID?) throws(StoreError) {
        self.rows = rows
        self.author = author
        try advance()
    }

    /// Goes on to the next row.
    mutating func advance() throws(StoreError) {
        next = try rows.step() ? rows.place : nil
    }

    /// Whether the row that it stands at is one to leave out.
    var leavesOut: Bool {
        guard let author, let user = rows.text(ChangeColumn.user.rawValue) else { return false }
        return author.text.utf8.elementsEqual(user)
    }
}
