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

    /// A page of Bert's, as the delta of a push or after one: his own row's place is what his cursor comes to.
    private func page(
        _ log: PostgresStore, after: Cursor = .beginning, pushing: Bool = false
    ) async throws -> ChangePage<RowCollector> {
        var query = ChangeQuery(
            user: Self.bert, client: ClientID("b"), app: StoreContracts.push([]).app, after: after)
        query.includesSpaces = true
        let push = StoreContracts.push([insert("own")], user: Self.bert, client: ClientID("b"), since: after)
        guard !pushing else { return try await log.append(push, thenReading: query, into: RowCollector()).1 }
        try await log.store(push)
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

    @Test("A reader waits for a push that has its place, and brings its row", arguments: [false, true])
    func waits(pushing: Bool) async throws {
        try await PostgresStoreFixture.withStore { fixture in
            try await fixture.grants.grant([Self.family: .readWrite], to: Self.bert, askedBefore: .zero)
            let reading = Reading()
            try await push(into: fixture) {
                await reading.begin { try await page(fixture.store, pushing: pushing) }
                try await waitForWaiter(in: fixture)
            }
            #expect(try await reading.page?.records == ["late"])
        }
    }

    @Test(
        "Without that lock its cursor passes the row, which is what the other test is to find",
        arguments: [false, true])
    func loses(pushing: Bool) async throws {
        try await PostgresStoreFixture.withStore { fixture in
            try await fixture.grants.grant([Self.family: .readWrite], to: Self.bert, askedBefore: .zero)
            try await fixture.database.run(
                """
                CREATE OR REPLACE FUNCTION sync_hold_scopes(p_readers text[], p_locks bigint[], p_exclusive boolean[])
                RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN RETURN true; END $$
                """)
            let reading = Reading()
            try await push(into: fixture) {
                await reading.begin { try await page(fixture.store, pushing: pushing) }
                _ = try await reading.page
            }
            let first = try #require(try await reading.page)
            #expect(first.records == [])
            #expect(try await page(fixture.store, after: first.until).records == [])
            #expect(try await page(fixture.store).records == ["late"])
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
