import PostgresClient
import Testing

@testable import PostgresStore

@Suite("Query plans of spaces, on PostgreSQL")
struct SharedPlanTests {
    @Test(
        "Each scope of a page is read by its index, whatever the planner knows of the table", arguments: [false, true])
    func page(isAnalyzed: Bool) async throws {
        try await PostgresStoreFixture.withStore { fixture in
            try await fixture.database.run(
                """
                INSERT INTO sync_changes (app_id, table_name, record_id, user_id, space_id, op, created_at)
                SELECT 'todo', 't' || i % 3, 'r' || i, 'u' || i % 10, CASE WHEN i % 2 = 0 THEN 's' || i % 5 END, 'insert',
                  timestamptz 'epoch' + i * interval '1 microsecond'
                FROM generate_series(1, 20000) AS i
                """,
                """
                INSERT INTO sync_space_grants (user_id, space_id, lock_key, joined_at, inherited_to)
                SELECT 'u7', 's' || i, i, timestamptz 'epoch' + interval '5 ms', timestamptz 'epoch' + interval '5 ms'
                FROM generate_series(0, 1) AS i
                """,
                """
                INSERT INTO sync_inherited_changes (grant_id, app_id, place, change_id)
                SELECT 1, 'todo', created_at, id FROM sync_changes WHERE space_id = 's0' AND created_at < 'epoch'::timestamptz + interval '5 ms'
                """)
            if isAnalyzed { try await fixture.database.run("ANALYZE") }
            for tables in [nil, 1, 2, 17] {
                var sql = SharedPageShape(own: PageShape(leavesOutClient: false, tables: tables)).sql
                var values = [(1, "'u7'"), (2, "'todo'"), (3, "0::bigint"), (4, "101")]
                if let tables, tables <= PageShape.mostMerged {
                    values += (0..<tables).map { (5 + $0, "'t\($0)'") }
                } else if tables != nil {
                    values.append((5, "ARRAY['t1', 't2']"))
                }
                sql = values.reversed().reduce(sql) { $0.replacing("$\($1.0)", with: $1.1) }
                let rows = try await fixture.database.run(
                    "SELECT * FROM sync_read_scopes('\(WorkingRole.name)', 'u7', 'todo', 0, '5s', '30s', '{}', '{}')",
                    "EXPLAIN \(sql)")
                let plan = (0..<rows.rowCount).compactMap { rows.string($0, 0) }
                #expect(!plan.contains { $0.contains("Seq Scan") }, "\(plan.joined(separator: "\n"))")
                #expect(plan.contains { $0.contains("sync_changes_by_space") }, "\(plan)")
                #expect(plan.contains { $0.contains("sync_inherited_changes_pkey") }, "\(plan)")
                #expect(plan.contains { $0.contains("using sync_changes_pkey") }, "\(plan)")
                #expect(!plan.contains { $0.contains("Hash Join") || $0.contains("Merge Join") }, "\(plan)")
            }
        }
    }

    @Test(
        "The tables of a space are found by its index, whatever the planner knows of the table",
        arguments: [false, true])
    func tables(isAnalyzed: Bool) async throws {
        try await PostgresStoreFixture.withStore { fixture in
            try await fixture.database.run(
                """
                INSERT INTO sync_changes (app_id, table_name, record_id, user_id, space_id, op, created_at)
                SELECT 'todo', 't' || i % 3, 'r' || i, 'u' || i % 10, 's' || i % 200, 'insert',
                  timestamptz 'epoch' + i * interval '1 microsecond'
                FROM generate_series(1, 20000) AS i
                """)
            if isAnalyzed { try await fixture.database.run("ANALYZE") }
            let rows = try await fixture.database.run(
                "SELECT sync_enter('\(WorkingRole.name)', 'u7', '', '5s', '30s')",
                "SELECT set_config('app.current_user_space_ids', '[\"s0\"]', true)",
                "EXPLAIN \(PostgresEngine.tablesOfSpaces)")
            let plan = (0..<rows.rowCount).compactMap { rows.string($0, 0) }
            #expect(!plan.contains { $0.contains("Seq Scan") }, "\(plan.joined(separator: "\n"))")
            #expect(plan.contains { $0.contains("sync_changes_by_space") }, "\(plan)")
        }
    }
}
