import CoreMetrics
import Domain
import Kernel
import KernelTesting
import Logging
import PostgresClient
import StorageShared
import StoreContracts
import Testing

@testable import PostgresStore

@Suite("Migrations, on PostgreSQL")
struct MigrationTests {
    /// Lends an empty database, and drops it.
    private func withEmptyDatabase(_ use: (PostgresDatabase) async throws -> Void) async throws {
        await FixtureSlots.shared.take()
        let outcome: Result<Void, any Error>
        do {
            let database = try await PostgresDatabase.make(.empty)
            do {
                try await use(database)
                outcome = .success(())
            } catch {
                outcome = .failure(error)
            }
            try await database.drop()
        } catch {
            await FixtureSlots.shared.giveBack()
            throw error
        }
        await FixtureSlots.shared.giveBack()
        try outcome.get()
    }

    private func store(_ database: PostgresDatabase, migrate: Bool = true) -> PostgresStore {
        PostgresStore(PostgresStoreConfig(url: database.url, maxConnections: 2, migrate: migrate))
    }

    @Test("Status shows what is pending and changes nothing; migrating applies it once")
    func status() async throws {
        try await withEmptyDatabase { database in
            let config = PostgresStoreConfig(url: database.url)
            let before = try await PostgresStore.migrationStatus(config)
            let table = try await database.run("SELECT to_regclass('sync_migrations') IS NULL")
            let applied = [try await PostgresStore.migrate(config), try await PostgresStore.migrate(config)]
            let after = try await PostgresStore.migrationStatus(config)
            #expect(before.map(\.state) == PostgresMigrations.all.map { _ in .pending })
            #expect(table.boolean(0, 0) == true)
            #expect(applied.map { $0.map(\.name) } == [PostgresMigrations.all.map(\.name), []])
            #expect(after.allSatisfy { $0.state != .pending })
        }
    }

    @Test("A start migrates, unless it may not: then it says so")
    func start() async throws {
        try await withEmptyDatabase { database in
            await #expect { try await store(database, migrate: false).start() } throws: {
                ($0 as? StoreError)?.code == .needsMigration
            }
            for migrate in [true, false] {
                let store = store(database, migrate: migrate)
                try await store.start()
                await store.stop()
            }
        }
    }

    @Test("Servers that start at the same time migrate once")
    func together() async throws {
        try await withEmptyDatabase { database in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<4 {
                    group.addTask {
                        let store = store(database)
                        try await store.start()
                        await store.stop()
                    }
                }
                try await group.waitForAll()
            }
            let rows = try await database.run("SELECT count(*) FROM sync_migrations")
            #expect(rows.integer(0, 0) == Int64(PostgresMigrations.all.count))
        }
    }

    @Test("A database of a newer server is refused and left alone")
    func newer() async throws {
        try await PostgresStoreFixture.withStore { fixture in
            await fixture.store.stop()
            try await fixture.database.run(
                "INSERT INTO sync_migrations (owner, name) VALUES ('storage', '9999-later'), ('plugin', '1')")
            await #expect { try await fixture.reopen() } throws: { ($0 as? StoreError)?.code == .newerSchema }
            try await fixture.database.run("DELETE FROM sync_migrations WHERE owner = 'storage' AND name LIKE '9%'")
            try await fixture.reopen()
        }
    }

    @Test("A migration that fails leaves nothing behind")
    func failing() async throws {
        try await withEmptyDatabase { database in
            let store = PostgresStore(
                PostgresStoreConfig(url: database.url),
                migrations: PostgresMigrations.all + [Migration(owner: "storage", name: "0002", sql: "SELECT 1/0")])
            await #expect(throws: StoreError.self) { try await store.start() }
            let table = try await database.run("SELECT to_regclass('sync_changes') IS NULL")
            #expect(table.boolean(0, 0) == true)
        }
    }

    @Test("A superuser for whom there is no restricted role is refused, unless that is allowed")
    func superuser() async throws {
        try await PostgresStoreFixture.withStore { fixture in
            await fixture.store.stop()
            try await fixture.database.run("REVOKE ALL ON sync_changes FROM \(WorkingRole.name)")
            await #expect { try await fixture.reopen() } throws: { ($0 as? StoreError)?.code == .unusable }
            let store = try await fixture.openAnother { $0.allowSuperuser = true }
            try await store.store(push([insert("a")]))
            await store.stop()
        }
    }

    @Test("A database that calls a commit durable too early is told of")
    func risks() async throws {
        try await PostgresStoreFixture.withStore { fixture in
            func told() -> [String?] {
                fixture.lines.lines.filter { $0.level == .warning }.map { $0.metadata["off"] }
            }
            #expect(told() == ["fsync"])  // as the tests' server has it
            try await fixture.database.run("ALTER DATABASE \(fixture.database.name) SET synchronous_commit = off")
            try await fixture.reopen()
            #expect(told() == ["fsync", "fsync", "synchronous_commit"])
        }
    }

    @Test("A database that cannot be reached is unavailable; one that refuses the login, unusable")
    func unreachable() async throws {
        let wrong = PostgresStore(PostgresStoreConfig(url: "postgres://a:b@127.0.0.1:1/x?connect_timeout=1"))
        await #expect(throws: StoreError.self) { try await wrong.start() }
        try await PostgresStoreFixture.withStore { fixture in
            let url = fixture.database.url(user: "postgres", password: "wrong")
            let refused = PostgresStore(PostgresStoreConfig(url: url))
            await #expect { try await refused.start() } throws: { ($0 as? StoreError)?.code == .unusable }
        }
    }
}

extension PostgresStore {
    fileprivate convenience init(_ config: PostgresStoreConfig, migrations: [Migration]) {
        self.init(
            config, migrations: migrations, time: SystemTimeSource(), metrics: NOOPMetricsHandler.instance,
            logger: Logger(label: "test"))
    }
}
