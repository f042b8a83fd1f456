import Domain
import PostgresClient
import StoreContracts
import Testing

@testable import PostgresStore

@Suite("Pushes that share a transaction, on PostgreSQL")
struct PushGroupTests {
    /// Pushes of many users at once, while every user's lock is held by somebody else for a moment.
    private func pushAtOnce(
        _ records: [String], to fixture: PostgresStoreFixture, meanwhile: () async throws -> Void = {}
    ) async throws -> [String: Result<PushOutcome, any Error>] {
        try await PostgresStoreFixture.withClient(at: fixture.database.url) { client in
            try await client.withSession { session in
                try await withThrowingTaskGroup(of: (String, Result<PushOutcome, any Error>).self) { group in
                    try await session.transaction {
                        for lock in ScopeLocks(of: push([insert("x")], user: UserID("held"))).locks {
                            var parameters = PostgresParameters()
                            parameters.append(lock.key)
                            _ = try await session.query(
                                PostgresStatement("SELECT pg_advisory_xact_lock($1)", parameters, isPrepared: false))
                        }
                        for (number, record) in records.enumerated() {
                            // The first ones fill all lanes and wait for the held lock; the others wait for a lane.
                            if number == PushGroups.lanes {
                                try await Self.awaitWaiters(PushGroups.lanes, in: fixture.database)
                            }
                            let user = UserID(number < PushGroups.lanes ? "held" : "u\(number % 5)")
                            group.addTask {
                                (record, await Self.store(record, of: user, client: "c\(number)", in: fixture.log))
                            }
                        }
                        try await meanwhile()
                    }
                    return try await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
                }
            }
        }
    }

    private static func store(
        _ record: String, of user: UserID, client: String, in log: any ChangeLog
    ) async -> Result<PushOutcome, any Error> {
        do {
            return .success(try await log.store(push([insert(record)], user: user, client: ClientID(client))))
        } catch {
            return .failure(error)
        }
    }

    /// Returns when so many backends wait for advisory locks, or have waited as long as a push does.
    private static func awaitWaiters(_ count: Int, in database: PostgresDatabase) async throws {
        let end = ContinuousClock.now + .seconds(5)
        while ContinuousClock.now < end {
            let rows = try await database.run(
                """
                SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted
                  AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
                """)
            if Int(rows.integer(0, 0) ?? 0) >= count { return }
        }
    }

    @Test(
        "Pushes that wait are stored together, each once, and each is told what became of its own",
        .timeLimit(.minutes(1)))
    func together() async throws {
        try await PostgresStoreFixture.withStore { fixture in
            let records = (0..<60).map { "r\($0)" }
            let outcomes = try await pushAtOnce(records, to: fixture)
            #expect(try records.allSatisfy { try outcomes[$0]?.get().stored == 1 })
            let found = try await fixture.database.run(
                "SELECT count(*), count(DISTINCT record_id), count(DISTINCT xmin::text) FROM sync_changes")
            #expect(found.integer(0, 0) == 60)
            #expect(found.integer(0, 1) == 60)
            #expect(found.integer(0, 2) ?? 60 < 40)
        }
    }

    @Test("A push that fails fails none of those that shared its transaction", .timeLimit(.minutes(1)))
    func isolation() async throws {
        try await PostgresStoreFixture.withStore { fixture in
            try await fixture.database.run(
                """
                CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
                BEGIN
                  IF NEW.record_id LIKE 'bad%' THEN RAISE EXCEPTION 'refused'; END IF;
                  RETURN NEW;
                END $$
                """,
                "CREATE TRIGGER refuse BEFORE INSERT ON sync_changes FOR EACH ROW EXECUTE FUNCTION refuse()")
            let records = (0..<60).map { $0 % 20 == 19 ? "bad\($0)" : "r\($0)" }
            let outcomes = try await pushAtOnce(records, to: fixture)
            for record in records {
                let stored = try? outcomes[record]?.get().stored
                #expect(stored == (record.hasPrefix("bad") ? nil : 1), "\(record)")
            }
            let found = try await fixture.database.run(
                "SELECT count(*), count(DISTINCT record_id) FROM sync_changes")
            #expect(found.integer(0, 0) == 57)
            #expect(found.integer(0, 1) == 57)
        }
    }

    @Test("Pushes that wait for somebody's lock stop nobody else's for as long", .timeLimit(.minutes(1)))
    func freeLanes() async throws {
        try await PostgresStoreFixture.withStore { fixture in
            let records = (0..<PushGroups.lanes).map { "r\($0)" }
            let outcomes = try await pushAtOnce(records, to: fixture) {
                try await Self.awaitWaiters(PushGroups.lanes, in: fixture.database)
                try await fixture.log.store(push([insert("free")], user: UserID("other")))
            }
            // They would have given up before, had the other one waited for their end.
            #expect(try records.allSatisfy { try outcomes[$0]?.get().stored == 1 })
        }
    }

    @Test("Locks of several pushes come once each, in one order, exclusive where one needs them so")
    func locks() {
        let space = SpaceID("family")
        var shared = insert("a")
        shared.space = space
        let parts = ["anna", "bert", "anna"].map { ScopeLocks(of: push([shared], user: UserID($0))) }
        let all = ScopeLocks(of: parts).locks
        #expect(all.map(\.key) == Set(parts.flatMap { $0.locks.map(\.key) }).sorted())
        for lock in all {
            #expect(lock.isExclusive == parts.flatMap(\.locks).contains { $0.key == lock.key && $0.isExclusive })
        }
    }
}
