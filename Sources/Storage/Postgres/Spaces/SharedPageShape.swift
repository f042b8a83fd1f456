import Domain
import PostgresClient

/// The statement of a page of a member of spaces: an index scan for each scope, merged (decision 13). Its parameters are those of ``PageShape``.
struct SharedPageShape: Hashable, Sendable {
    /// The shape of the reader's own log.
    var own: PageShape

    /// What others wrote is looked for as far as the reader's own rows fill the page, and no further.
    var sql: String {
        """
        WITH own AS MATERIALIZED (\(own.sql)), \
        reach AS MATERIALIZED (SELECT CASE WHEN count(*) >= $4 THEN max(created_at) ELSE 'infinity' END AS last FROM own) \
        SELECT * FROM (SELECT * FROM own UNION ALL (\(written)) UNION ALL (\(inherited))) AS merged \
        ORDER BY created_at FETCH FIRST $4 ROWS WITH TIES
        """
    }

    /// What was written into the reader's spaces since they joined.
    private var written: String {
        """
        SELECT row.* FROM sync_space_grants AS g CROSS JOIN LATERAL (\
        SELECT \(own.form.pageColumns) FROM sync_changes \
        WHERE space_id = g.space_id AND app_id = $2 \(tables)AND created_at > greatest(\(Self.after), g.joined_at) \
        AND created_at <= (SELECT last FROM reach) AND user_id <> $1 ORDER BY created_at FETCH FIRST $4 ROWS ONLY\
        ) AS row WHERE g.user_id = $1 AND g.ended_at IS NULL
        """
    }

    /// What the reader inherited. A row that was erased may have been pushed anew, by its id: then it is another, and later than the join. OFFSET 0 keeps the planner from joining the other way round.
    private var inherited: String {
        """
        SELECT row.* FROM sync_space_grants AS g CROSS JOIN LATERAL (\
        SELECT \(columnsAtTheirPlaces) FROM sync_inherited_changes AS i CROSS JOIN LATERAL (\
        SELECT \(own.form.pageColumns) FROM sync_changes \
        WHERE id = i.change_id AND space_id = g.space_id AND created_at <= g.joined_at \(tables)OFFSET 0) AS change \
        WHERE i.grant_id = g.grant_id AND i.app_id = $2 AND i.place > \(Self.after) ORDER BY i.place FETCH FIRST $4 ROWS ONLY\
        ) AS row WHERE g.user_id = $1 AND g.ended_at IS NULL AND g.inherited_to > \(Self.after)
        """
    }

    private static let after = "timestamptz 'epoch' + $3 * interval '1 microsecond'"

    private var tables: String {
        guard let count = own.tables else { return "" }
        let first = own.leavesOutClient ? 6 : 5
        guard (1...PageShape.mostMerged).contains(count) else { return "AND table_name = ANY ($\(first)) " }
        return "AND table_name IN (\((0..<count).map { "$\(first + $0)" }.joined(separator: ", "))) "
    }

    /// The columns of a page, the place being that of the inheritance.
    private var columnsAtTheirPlaces: String {
        RowColumn.allCases.map { $0 == .createdAt ? "i.place AS created_at" : "change.\($0.name)" }.joined(
            separator: ", ")
    }
}
