import Domain
import Kernel
import PostgresClient
import StoreContracts
import Testing

@testable import PostgresStore

@Suite("The change clock, on PostgreSQL")
struct ClockTests {
    @Test("A clock behind rows, as a restored or taken-over database has it, is raised above them at the start")
    func behindRows() async throws {
        try await PostgresStoreFixture.withStore { fixture in
            try await fixture.log.store(push([insert("before")]))
            await fixture.store.stop()
            try await fixture.database.run(
                """
                INSERT INTO sync_changes (app_id, table_name, record_id, user_id, op, created_at)
                SELECT 'todo', 'tasks', 'r' || i, 'anna', 'insert', '2030-01-01T00:00:00.123456Z'
                FROM generate_series(1, 3) AS i
                """,
                "SELECT setval('sync_change_clock', 1, false)")
            try await fixture.reopen()
            let inherited = try await fixture.log.page()
            #expect(inherited.count == 4)
            try await fixture.log.store(push([insert("after")]))
            #expect(try await fixture.log.page(after: inherited.until).records == ["after"])
        }
    }

    @Test("The database's wall clock rules, whatever the server's says")
    func databaseClock() async throws {
        try await PostgresStoreFixture.withStore({ $0.wallClock = .database }) { fixture in
            fixture.setWallClock(contractStart.advanced(by: .seconds(100 * 365 * 86_400)))
            try await fixture.log.store(push([insert("a")]))
            let place = try await fixture.log.page().until.time
            let now = SystemTimeSource().now
            #expect(place > now.advanced(by: .seconds(-60)) && place < now.advanced(by: .seconds(60)))
        }
    }

    @Test("Many pushes that find the clock behind move it once, and no place is given twice")
    func movedTogether() async throws {
        try await PostgresStoreFixture.withStore { fixture in
            for round in 1...10 {
                fixture.setWallClock(contractStart.advanced(by: .seconds(10 * round)))
                await withTaskGroup(of: Void.self) { group in
                    for user in 0..<12 {
                        group.addTask {
                            do {
                                try await fixture.log.store(
                                    push([insert("\(round)"), insert("\(round)b")], user: UserID("u\(user)")))
                            } catch {
                                Issue.record(error)
                            }
                        }
                    }
                }
            }
            let rows = try await fixture.database.run(
                "SELECT count(*), count(DISTINCT created_at), max(created_at) < '2026-01-01T00:01:41Z' FROM sync_changes"
            )
            #expect(rows.integer(0, 0) == 240)
            #expect(rows.integer(0, 1) == 240)
            #expect(rows.boolean(0, 2) == true)
        }
    }

    @Test("Receipts are forgotten some time after their window, whoever's they are, and no sooner")
    func receipts() async throws {
        try await PostgresStoreFixture.withStore { fixture in
            for user in ["anna", "bert"] { try await fixture.log.store(push([insert("a")], user: UserID(user))) }
            for (hours, expected) in [(25, 3), (30, 1)] as [(Int, Int64)] {
                fixture.setWallClock(contractStart.advanced(by: .seconds(hours * 3600)))
                try await fixture.reopen()
                try await fixture.log.store(push([insert("\(hours)")], client: ClientID("c")))
                let rows = try await fixture.database.run("SELECT count(*) FROM sync_push_receipts")
                #expect(rows.integer(0, 0) == expected)
            }
        }
    }

    @Test(
        "A server that hangs in the middle of a push holds up the others for a moment, and the clock goes on after it")
    func hungServer() async throws {
        try await PostgresStoreFixture.withStore { fixture in
            let later = contractStart.advanced(by: .seconds(100))
            let client = try PostgresClient(PostgresConfiguration(url: fixture.database.url))
            try await client.withSession { session in
                try await session.transaction {
                    _ = try await session.query(
                        PostgresStatement("SELECT pg_advisory_xact_lock_shared(7883959205594428264)", isPrepared: false)
                    )
                    fixture.setWallClock(later)
                    for user in 0..<5 { try await fixture.log.store(push([insert("a")], user: UserID("u\(user)"))) }
                    let behind = try await fixture.log.page(of: UserID("u4")).until
                    #expect(behind.time < later)
                }
            }
            await client.shutdown()
            try await fixture.reopen()
            try await fixture.log.store(push([insert("b")]))
            #expect(try await fixture.log.page().until.time == later)
        }
    }
}
