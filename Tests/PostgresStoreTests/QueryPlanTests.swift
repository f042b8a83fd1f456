import Domain
import PostgresClient
import StoreContracts
import Testing

@testable import PostgresStore

@Suite("Query plans, on PostgreSQL")
struct QueryPlanTests {
    /// The four questions of spec storage.md as statements without parameters, and the index that answers each.
    private static let questions: [(sql: String, index: String)] =
        [nil, 1, 2, 16, 17].flatMap { tables in
            [true, false].map { leavesOut in
                (
                    bound(PageShape(leavesOutClient: leavesOut, tables: tables), tables: tables),
                    (1...16).contains(tables ?? 0) ? "sync_changes_by_table" : "sync_changes_by_app"
                )
            }
        } + [
            (
                "SELECT data FROM sync_changes WHERE space_id = 's' AND app_id = 'todo' AND created_at > 'epoch' ORDER BY created_at",
                "sync_changes_by_space"
            ),
            (
                "SELECT data FROM sync_changes WHERE user_id = 'u7' AND created_at > 'epoch' ORDER BY created_at",
                "sync_changes_by_user"
            ),
            (
                """
                SELECT created_at FROM sync_changes WHERE user_id COLLATE "C" = 'u7' AND app_id = 'todo'
                ORDER BY created_at DESC LIMIT 1
                """, "sync_changes_by_app"
            ),
        ]

    private static func bound(_ shape: PageShape, tables: Int?) -> String {
        let first = shape.leavesOutClient ? 6 : 5
        var values = [(1, "'u7'"), (2, "'todo'"), (3, "0::bigint"), (4, "101"), (5, "'laptop'")].prefix(first - 1)
        if let tables, tables <= PageShape.mostMerged {
            for table in 0..<tables { values.append((first + table, "'t\(table)'")) }
        } else if tables != nil {
            values.append((first, "ARRAY['t1', 't2']"))
        }
        return values.reversed().reduce(shape.sql) { $0.replacing("$\($1.0)", with: $1.1) }
    }

    @Test(
        "Every question is answered by its index in order, whatever the planner knows of the table",
        arguments: [false, true])
    func plans(analyzed: Bool) async throws {
        try await PostgresStoreFixture.withStore { fixture in
            try await fixture.database.run(
                """
                INSERT INTO sync_changes (app_id, table_name, record_id, user_id, space_id, op, created_at)
                SELECT 'todo', 't' || i % 3, 'r' || i, 'u' || i % 10, CASE WHEN i % 5 = 0 THEN 's' END, 'insert',
                  timestamptz 'epoch' + i * interval '1 microsecond'
                FROM generate_series(1, 20000) AS i
                """)
            if analyzed { try await fixture.database.run("ANALYZE sync_changes") }
            for question in Self.questions {
                let plan = try await plan(of: question.sql, in: fixture.database)
                let searches = plan.filter { $0.contains("Scan") && $0.contains("sync_changes") }
                #expect(!searches.isEmpty && searches.allSatisfy { $0.contains(question.index) }, "\(plan)")
                #expect(!plan.contains { $0.contains("Seq Scan") }, "\(plan)")
                // Only pages of several tables are sorted, each table's part being bounded.
                #expect(question.sql.contains("UNION") || !plan.contains { $0.contains("Sort") }, "\(plan)")
            }
        }
    }

    private func plan(of sql: String, in database: PostgresDatabase) async throws -> [String] {
        let rows = try await database.run(
            "SELECT sync_enter('\(WorkingRole.name)', 'u7', '', '5s', '30s')", "EXPLAIN \(sql)")
        return (0..<rows.rowCount).compactMap { rows.string($0, 0) }
    }
}
