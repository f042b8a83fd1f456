import Domain
import PostgresClient
import StoreContracts
import Testing

@testable import PostgresStore

@Suite("Readers of spaces and their locks, on PostgreSQL")
struct SharedLockTests {
    private static let bert = UserID("bert")
    private static let family = SpaceID("family")

    /// What a push into the space does, in the middle of which `body` runs: it has its place, and nobody sees its row.
    private func push(into fixture: PostgresStoreFixture, while body: @Sendable () async throws -> Void) async throws {
        let client = try PostgresClient(
            PostgresConfiguration(url: fixture.database.url), options: PostgresClientOptions())
        func run(_ sql: String, in session: PostgresSession) async throws -> PostgresResult {
            try await session.query(PostgresStatement(sql, isPrepared: false))
        }
        let outcome: Result<Void, any Error>
        do {
            try await client.withSession { session in
                try await session.transaction {
                    _ = try await run("SELECT pg_advisory_xact_lock(\(ScopeLocks.key(of: Self.family)))", in: session)
                    let place = try await run("SELECT nextval('sync_change_clock')", in: session).integer(0, 0) ?? 0
                    try await body()
                    _ = try await run(
                        """
                        INSERT INTO sync_changes (app_id, table_name, record_id, user_id, space_id, op, created_at, members)
                        VALUES ('todo', 'tasks', 'late', 'anna', 'family', 'insert',
                          timestamptz 'epoch' + \(place) * interval '1 microsecond', 0)
                        """, in: session)
                }
            }
            outcome = .success(())
        } catch {
            outcome = .failure(error)
        }
        await client.shutdown()
        try outcome.get()
    }

    private func page(_ log: PostgresStore, after: Cursor = .beginning) async throws -> ChangePage<RowCollector> {
        var query = ChangeQuery(
            user: Self.bert, client: nil, app: StoreContracts.push([]).app, after: after)
        query.includesSpaces = true
        return try await log.read(query, into: RowCollector())
    }

    /// Returns once somebody waits for an advisory lock.
    private func waitForWaiter(in fixture: PostgresStoreFixture) async throws {
        while true {
            let rows = try await fixture.database.run(
                """
                SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted
                  AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
                """)
            if rows.integer(0, 0) ?? 0 > 0 { return }
        }
    }

    @Test("A reader waits for a push that has its place, and brings its row")
    func waits() async throws {
        try await PostgresStoreFixture.withStore { fixture in
            try await fixture.grants.grant([Self.family: .readWrite], to: Self.bert, askedBefore: .zero)
            let reading = Reading()
            try await push(into: fixture) {
                await reading.begin { try await page(fixture.store) }
                try await waitForWaiter(in: fixture)
            }
            #expect(try await reading.page?.records == ["late"])
        }
    }

    @Test("Without that lock its cursor passes the row, which is what the other test is to find")
    func loses() async throws {
        try await PostgresStoreFixture.withStore { fixture in
            try await fixture.grants.grant([Self.family: .readWrite], to: Self.bert, askedBefore: .zero)
            try await fixture.database.run(
                """
                CREATE OR REPLACE FUNCTION sync_hold_scopes(p_user text, p_locks bigint[], p_exclusive boolean[])
                RETURNS void LANGUAGE plpgsql AS $$ BEGIN END $$
                """)
            let reading = Reading()
            try await push(into: fixture) {
                // The cursor is the place of a commit: there has to be one behind the push's place.
                try await fixture.store.store(StoreContracts.push([insert("own")], user: Self.bert))
                await reading.begin { try await page(fixture.store) }
                _ = try await reading.page
            }
            let first = try #require(try await reading.page)
            #expect(first.records == ["own"])
            #expect(try await page(fixture.store, after: first.until).records == [])
            #expect(try await page(fixture.store).records == ["late", "own"])
        }
    }
}

/// A read that goes on beside a push.
private actor Reading {
    private var task: Task<ChangePage<RowCollector>, any Error>?

    func begin(_ read: @escaping @Sendable () async throws -> ChangePage<RowCollector>) {
        task = Task { try await read() }
    }

    var page: ChangePage<RowCollector>? {
        get async throws { try await task?.value }
    }
}
