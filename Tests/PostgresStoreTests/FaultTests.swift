import Domain
import PostgresClient
import StoreContracts
import Testing

@testable import PostgresStore

@Suite("Faults of the PostgreSQL database")
struct FaultTests {
    @Test("Connections that are cut while pushes run lose and double nothing", arguments: [false, true])
    func cutConnections(named: Bool) async throws {
        try await PostgresStoreFixture.withStore { fixture in
            let log = fixture.log
            let acknowledged = await withTaskGroup(of: Set<String>.self) { group in
                for writer in 0..<6 {
                    group.addTask { await Self.write(to: log, as: writer, named: named) }
                }
                group.addTask {
                    for _ in 0..<15 {
                        do {
                            try await fixture.database.run(
                                """
                                SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
                                WHERE datname = current_database() AND pid <> pg_backend_pid()
                                """)
                        } catch {
                            Issue.record(error)
                        }
                    }
                    return []
                }
                return await group.reduce(into: Set()) { $0.formUnion($1) }
            }
            let stored = try await log.everything().map(\.record)
            #expect(Set(stored).isSuperset(of: acknowledged))
            #expect(Set(stored).count == stored.count)
            #expect(acknowledged.count > 60)
        }
    }

    /// Pushes of two changes each; those that fail are pushed again until they are in. Gives what was acknowledged.
    private static func write(to log: any ChangeLog, as writer: Int, named: Bool) async -> Set<String> {
        var acknowledged: Set<String> = []
        for round in 0..<40 {
            let texts = ["w\(writer)-\(round)-a", "w\(writer)-\(round)-b"]
            let changes = texts.enumerated().map { index, text in
                insert(text, eventID: named ? EventID(high: UInt64(writer), low: UInt64(2 * round + index)) : nil)
            }
            for _ in 0..<20 {
                do {
                    try await log.store(push(changes, client: ClientID("c\(writer)")))
                    acknowledged.formUnion(texts)
                    break
                } catch {
                    continue
                }
            }
        }
        return acknowledged
    }

    @Test("Users who push one another's event ids in opposite order all get an answer")
    func crossedEventIDs() async throws {
        try await PostgresStoreFixture.withStore { fixture in
            let log = fixture.log
            for round in 0..<10 {
                let ids = (0..<20).map { EventID(high: UInt64(round), low: UInt64($0)) }
                let outcomes = try await withThrowingTaskGroup(of: PushOutcome.self) { group in
                    for (user, order) in [ids, ids.reversed()].enumerated() {
                        group.addTask {
                            try await log.store(
                                push(order.map { insert("\($0)", eventID: $0) }, user: UserID("u\(user)")))
                        }
                    }
                    return try await group.reduce(into: []) { $0.append($1) }
                }
                #expect(outcomes.reduce(0) { $0 + $1.stored } == 20)
                #expect(outcomes.reduce(0) { $0 + $1.rejections.count } == 20)
            }
        }
    }

    @Test("A server that freezes in the middle of a push lets go of what it holds, though its connection stays open")
    func frozenServer() async throws {
        try await PostgresStoreFixture.withStore { fixture in
            let anna = ScopeLocks.key(of: UserID("anna"))
            try await PostgresStoreFixture.withClient(at: fixture.database.url) { client in
                try await client.withSession { session in
                    for sql in [
                        "BEGIN", "SELECT sync_enter('\(WorkingRole.name)', 'anna', '', '5s', '300ms')",
                        "SELECT pg_advisory_xact_lock(\(anna))",
                    ] {
                        _ = try await session.query(PostgresStatement(sql, isPrepared: false))
                    }
                    // Waits for the lock, which the session would hold as long as it is open.
                    try await fixture.log.store(push([insert("a")]))
                }
            }
            #expect(try await fixture.log.page().records == ["a"])
        }
    }

    @Test("A table that is away for a while costs the pushes meanwhile, and nothing else")
    func missingTable() async throws {
        try await PostgresStoreFixture.withStore { fixture in
            try await fixture.log.store(push([insert("a")]))
            try await fixture.database.run("ALTER TABLE sync_changes RENAME TO hidden")
            await #expect(throws: StoreError.self) { try await fixture.log.store(push([insert("b")])) }
            try await fixture.database.run("ALTER TABLE hidden RENAME TO sync_changes")
            try await fixture.log.store(push([insert("c")]))
            #expect(try await fixture.log.page().records == ["a", "c"])
        }
    }

    @Test("A push into more spaces than there are locks for is stored")
    func manySpaces() async throws {
        try await PostgresStoreFixture.withStore { fixture in
            let changes = (0..<3000).map { index in
                var change = insert("r\(index)")
                change.space = SpaceID("s\(index)")
                return change
            }
            let outcome = try await fixture.log.store(push(changes))
            #expect(outcome.stored == 3000)
        }
    }
}
