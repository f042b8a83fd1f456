import Domain
import StoreContracts
import Testing

@testable import SQLiteStore

@Suite("Query plans")
struct QueryPlanTests {
    /// The four questions of spec storage.md, and a statement for each.
    private static let questions: [(sql: String, indexes: Set<String>)] =
        [nil, 1, 2, 16, 17].flatMap { tables in
            [true, false].map { leavesOut in
                (
                    PageShape(leavesOutClient: leavesOut, tables: tables).sql,
                    (1...16).contains(tables ?? 0) ? ["sync_changes_by_table"] : ["sync_changes_by_app"]
                )
            }
        } + [
            (
                "SELECT data FROM sync_changes WHERE space_id = ?1 AND app_id = ?2 AND created_at > ?3 ORDER BY created_at, seq",
                ["sync_changes_by_space"]
            ),
            (sql: UserLogStatements.changes, indexes: ["sync_changes_by_user"] as Set),
        ]

    @Test("Every question to the log is answered by its index in order, without a scan or a sort", arguments: questions)
    func plan(sql: String, indexes: Set<String>) async throws {
        try await SQLiteFixture.withStore { fixture in
            let connection = try SQLiteConnection(path: fixture.path, for: .inspecting)
            let plan = try steps(of: sql, on: connection)
            var searches = 0
            for step in plan {
                #expect(!isScanOrSort(step), "\(plan)")
                guard step.contains("SEARCH") else { continue }
                searches += 1
                let index = indexes.first { step.contains("INDEX \($0) ") }
                #expect(index != nil && step.contains("created_at>"), "\(plan)")
            }
            #expect(searches > 0, "\(plan)")
        }
    }

    @Test(
        "The writer finds events, receipts and what is in the quarantine by index",
        arguments: [
            "SELECT created_at, user_id = ?2 FROM sync_changes WHERE id = ?1",
            "SELECT reason FROM quarantine WHERE user_id = ?1 AND event_id = ?2 AND digest = ?3 ORDER BY seq LIMIT 1",
            "SELECT since FROM push_receipts WHERE user_id = ?1 AND app_id = ?2 AND client_id = ?3",
            "SELECT 1 FROM quarantine WHERE user_id = ?1 AND content = ?2 LIMIT 1",
            "SELECT 1 FROM erasures WHERE pseudonym = ?1 AND place > ?2 LIMIT 1",
            UserLogStatements.quarantine,
            "SELECT seq FROM push_receipts WHERE expires_at <= ?1 ORDER BY expires_at LIMIT ?2",
        ])
    func writerPlan(sql: String) async throws {
        try await SQLiteFixture.withStore { fixture in
            let connection = try SQLiteConnection(path: fixture.path, for: .inspecting)
            let plan = try steps(of: sql, on: connection)
            #expect(!plan.contains(where: isScanOrSort), "\(plan)")
        }
    }

    private func steps(of sql: String, on connection: SQLiteConnection) throws -> [String] {
        let explain = try connection.prepare("EXPLAIN QUERY PLAN " + sql)
        var steps: [String] = []
        while try explain.step() { steps.append(explain.string(3)) }
        return steps
    }

    private func isScanOrSort(_ step: String) -> Bool {
        step.contains("SCAN") || step.contains("TEMP B-TREE")
    }
}
