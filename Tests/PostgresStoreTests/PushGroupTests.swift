import Domain
import PostgresClient
import StoreContracts
import Testing

@testable import PostgresStore

@Suite("Pushes that share a transaction, on PostgreSQL")
struct PushGroupTests {
    /// Pushes of many users at once, while every user's lock is held by somebody else for a moment.
    ///
    /// - Parameter reader: what somebody who reads spaces pushes; nil where nobody does.
    private func pushAtOnce(
        _ records: [String], to fixture: PostgresStoreFixture,
        reader: (@Sendable (_ record: String, UserID, ClientID) -> Push)? = nil, meanwhile: () async throws -> Void = {}
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
                                try await fixture.database.awaitWaiters(PushGroups.lanes)
                            }
                            let user = UserID(number < PushGroups.lanes ? "held" : "u\(number % 5)")
                            let client = ClientID("c\(number)")
                            group.addTask {
                                let push =
                                    reader?(record, user, client) ?? push([insert(record)], user: user, client: client)
                                return (record, await Self.store(push, includesSpaces: reader != nil, in: fixture.log))
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
        _ push: Push, includesSpaces: Bool, in log: any ChangeLog
    ) async -> Result<PushOutcome, any Error> {
        do {
            var query = ChangeQuery(user: push.user, client: push.client, app: push.app, after: push.since)
            query.includesSpaces = includesSpaces
            let (outcome, page) = try await log.append(push, thenReading: query, into: RowCollector())
            // Whatever else is in the transaction, nobody sees another one's rows.
            let spaces = page.spaces ?? []
            for row in page.sink.rows {
                #expect(row.user == push.user.text || spaces.contains { $0.text == row.space })
            }
            return .success(outcome)
        } catch {
            return .failure(error)
        }
    }

    @Test(
        "Pushes that wait are stored together, each once, and each is told what became of its own",
        .timeLimit(.minutes(5)))
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

    @Test("A push that fails fails none of those that shared its transaction", .timeLimit(.minutes(5)))
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

    @Test("Pushes that wait for somebody's lock stop nobody else's for as long", .timeLimit(.minutes(5)))
    func freeLanes() async throws {
        try await PostgresStoreFixture.withStore { fixture in
            let records = (0..<PushGroups.lanes).map { "r\($0)" }
            let outcomes = try await pushAtOnce(
                records, to: fixture,
                meanwhile: {
                    try await fixture.database.awaitWaiters(PushGroups.lanes)
                    try await fixture.log.store(push([insert("free")], user: UserID("other")))
                })
            // They would have given up before, had the other one waited for their end.
            #expect(try records.allSatisfy { try outcomes[$0]?.get().stored == 1 })
        }
    }

    private static let family = SpaceID("family")
    private static let work = SpaceID("work")

    @Test(
        "Pushes of members share transactions, write into their own spaces alone, and bring what their user may see",
        .timeLimit(.minutes(5)))
    func members() async throws {
        try await PostgresStoreFixture.withStore { fixture in
            let spaces = ["u0": Self.family, "u1": Self.family, "u2": Self.work]
            for (user, space) in spaces {
                try await fixture.grants.grant([space: .readWrite], to: UserID(user), askedBefore: .zero)
            }
            let records = (0..<60).map { $0 % 20 == 19 ? "bad\($0)" : "r\($0)" }
            let make: @Sendable (String, UserID, ClientID) -> Push = { record, user, client in
                // A bad one is into a space that its user may not write into; spaces are labels for the fourth.
                let space = record.hasPrefix("bad") ? SpaceID("foreign") : spaces[user.text]
                var change = insert(record)
                change.space = space
                var push = push([change], user: user, client: client)
                push.writableSpaces =
                    user.text == "u3" && space == nil ? nil : Set([spaces[user.text]].compactMap(\.self))
                return push
            }
            let outcomes = try await pushAtOnce(records, to: fixture, reader: make)
            for record in records {
                let stored = try? outcomes[record]?.get().stored
                #expect(stored == (record.hasPrefix("bad") ? nil : 1), "\(record)")
            }
            let found = try await fixture.database.run(
                "SELECT count(*), count(DISTINCT record_id), count(DISTINCT xmin::text) FROM sync_changes")
            #expect(found.integer(0, 0) == 57)
            #expect(found.integer(0, 1) == 57)
            #expect(found.integer(0, 2) ?? 57 < 50)
        }
    }
}
