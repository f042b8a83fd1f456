import CoreMetrics
import Domain
import Foundation
import Kernel
import KernelTesting
import StorageShared
import StoreContracts
import Testing

@testable import SQLiteStore

@Suite("Migrations")
struct MigrationTests {
    /// The store's own migrations.
    private static let storage = StorageMigrations.all.map(\.name)

    @Test("Status shows what is to be done and makes nothing; migrating does it once")
    func statusAndMigrate() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "migrations-\(UUID().uuidString)")
        let path = folder.path + "/log.db"
        let pending = try SQLiteStore.migrationStatus(path: path)
        #expect(pending.map(\.state) == Self.storage.map { _ in .pending })
        #expect(pending.map(\.owner) == Self.storage.map { _ in "storage" })
        #expect(!FileManager.default.fileExists(atPath: folder.path))

        let time = ManualTime(now: contractStart)
        let applied = Self.storage.map { _ in MigrationStatus.State.applied(contractStart) }
        #expect(try SQLiteStore.migrate(path: path, time: time).map(\.state) == applied)
        #expect(try SQLiteStore.migrate(path: path, time: time) == [])
        #expect(try SQLiteStore.migrationStatus(path: path).map(\.state) == applied)
        try FileManager.default.removeItem(at: folder)
    }

    @Test("A server that may not migrate refuses a database that needs it, and makes none")
    func needsMigration() async throws {
        try await SQLiteFixture.withStore { fixture in
            var config = SQLiteStoreConfig(path: fixture.folder.path + "/none/log.db")
            config.migrate = false
            let store = SQLiteStore(config)
            let error = await #expect(throws: StoreError.self) { try await store.start() }
            #expect(error?.code == .needsMigration)
            #expect(!FileManager.default.fileExists(atPath: fixture.folder.path + "/none"))
            try SQLiteStore.migrate(path: config.path)
            try await store.start()
            await store.stop()
        }
    }

    @Test("An owner's further migrations are applied in order, those of an absent owner are let be")
    func otherOwners() async throws {
        try await SQLiteFixture.withStore { fixture in
            let further = [
                Migration(owner: "backup", name: "1", sql: "CREATE TABLE artifacts (id INTEGER PRIMARY KEY) STRICT"),
                Migration(owner: "backup", name: "2", sql: "ALTER TABLE artifacts ADD COLUMN size INTEGER"),
            ]
            try await fixture.store.store(push([insert("a")]))
            await fixture.store.stop()
            let store = SQLiteStore(
                SQLiteStoreConfig(path: fixture.path), migrations: StorageMigrations.all + further,
                time: fixture.time, metrics: fixture.metrics)
            try await store.start()
            await store.stop()
            let status = try SQLiteStore.migrationStatus(path: fixture.path)
            #expect(status.map(\.name) == Self.storage + ["1", "2"])
            #expect(status.dropFirst(Self.storage.count).allSatisfy { $0.state == .unknown(contractStart) })
            try await fixture.reopen()
            #expect(try await fixture.log.page().records == ["a"])
        }
    }

    @Test("A migration that fails undoes those of the same run")
    func failingMigration() async throws {
        try await SQLiteFixture.withStore { fixture in
            await fixture.store.stop()
            let further = [
                Migration(owner: "backup", name: "1", sql: "CREATE TABLE artifacts (id INTEGER PRIMARY KEY) STRICT"),
                Migration(
                    owner: "backup", name: "2", sql: "CREATE TABLE one (id INTEGER); SELECT nonsense FROM nowhere"),
            ]
            let store = SQLiteStore(
                SQLiteStoreConfig(path: fixture.path), migrations: StorageMigrations.all + further,
                time: fixture.time, metrics: fixture.metrics)
            await #expect(throws: StoreError.self) { try await store.start() }
            #expect(try SQLiteStore.migrationStatus(path: fixture.path).map(\.name) == Self.storage)
            let connection = try SQLiteConnection(path: fixture.path, for: .inspecting)
            #expect(try connection.texts("SELECT name FROM sqlite_schema WHERE name IN ('artifacts', 'one')") == [])
        }
    }

    @Test("Two that migrate at once do it once")
    func concurrentMigrations() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "migrations-\(UUID().uuidString)")
        let path = folder.path + "/log.db"
        let applied = await withTaskGroup(of: Int.self) { group in
            for _ in 0..<4 { group.addTask { appliedMigrations(path) } }
            return await group.reduce(0, +)
        }
        #expect(applied == Self.storage.count)
        try FileManager.default.removeItem(at: folder)
    }
}

/// How many migrations were applied by this call; one that was refused, since another is at it, applied none.
private func appliedMigrations(_ path: String) -> Int {
    do { return try SQLiteStore.migrate(path: path).count } catch { return 0 }
}
