import Domain
import PostgresClient
import StoreContracts
import Testing

@testable import PostgresStore

@Suite("Locks of pushes that share a transaction, on PostgreSQL")
struct PushGroupLockTests {
    private static let family = SpaceID("family")
    private static let work = SpaceID("work")

    /// The first statement of a transaction of these users' pushes, all of whom read spaces.
    private func enter(_ users: [UserID]) throws -> [PostgresStatement] {
        let members = users.map { user in
            PushGroups.Member(locks: ScopeLocks(of: push([], user: user)), reader: user, changes: 1) { _ in [] }
        }
        return try PushGroup(members: members).statements(
            role: WorkingRole.name, now: nil, slack: .max / 2, patience: .long)
    }

    @Test("Where one of its users is granted a space before its locks are had, a group fails", .timeLimit(.minutes(5)))
    func grantedMeanwhile() async throws {
        try await PostgresStoreFixture.withStore { fixture in
            let users = ["anna", "bert"].map { UserID($0) }.sorted { ScopeLocks.key(of: $0) < ScopeLocks.key(of: $1) }
            try await PostgresStoreFixture.withClient(at: fixture.database.url) { client in
                let group = try await client.withSession { session in
                    try await session.transaction {
                        let key = ScopeLocks.key(of: users[0])
                        _ = try await session.query(
                            PostgresStatement("SELECT pg_advisory_xact_lock(\(key))", isPrepared: false))
                        // It waits for the first of its locks, and has chosen all.
                        let statements = try enter(users)
                        let group = Task { try await client.transaction(statements) }
                        try await fixture.database.awaitWaiters(1)
                        try await fixture.grants.grant([Self.family: .readWrite], to: users[1], askedBefore: .zero)
                        return group
                    }
                }
                let error = await #expect(throws: PostgresError.self) { try await group.value }
                #expect(error?.category == .serializationFailure)
                _ = try await client.transaction(try enter(users))
            }
        }
    }

    @Test("A group holds what is granted to its users, shared and once, and none of it as the operator")
    func holds() async throws {
        try await PostgresStoreFixture.withStore { fixture in
            let users = ["anna", "bert", "carl"].map { UserID($0) }
            for user in users.prefix(2) {
                try await fixture.grants.grant(
                    [Self.family: .readWrite, Self.work: .readWrite], to: user, askedBefore: .zero)
            }
            try await PostgresStoreFixture.withClient(at: fixture.database.url) { client in
                let held = PostgresStatement(
                    """
                    SELECT count(*) FILTER (WHERE mode = 'ShareLock'), count(*) FILTER (WHERE mode = 'ExclusiveLock'),
                      current_setting('app.operator') = '', (SELECT count(*) FROM sync_space_grants)
                    FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()
                    """, isPrepared: false)
                let results = try await client.transaction(try enter(users) + [held])
                // The clock, all spaces and the two; and the users.
                #expect(results[1].integer(0, 0) == 4)
                #expect(results[1].integer(0, 1) == 3)
                #expect(results[1].boolean(0, 2) == true)
                #expect(results[1].integer(0, 3) == 0)
            }
        }
    }

    @Test("Users who have too many spaces between them push by themselves", .timeLimit(.minutes(5)))
    func manySpaces() async throws {
        try await PostgresStoreFixture.withStore { fixture in
            let users = ["anna", "bert"].map { UserID($0) }
            for user in users {
                let spaces = (0...ScopeLocks.mostGrantedTogether / 2).map { SpaceID("\(user.text) \($0)") }
                let access = Dictionary(uniqueKeysWithValues: spaces.map { ($0, SpaceAccess.readWrite) })
                try await fixture.grants.grant(access, to: user, askedBefore: .zero)
            }
            try await PostgresStoreFixture.withClient(at: fixture.database.url) { client in
                for user in users { _ = try await client.transaction(try enter([user])) }
                let statements = try enter(users)
                let error = await #expect(throws: PostgresError.self) { try await client.transaction(statements) }
                #expect(error?.category == .serializationFailure)
            }
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
