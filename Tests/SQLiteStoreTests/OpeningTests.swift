import Domain
import Foundation
import Kernel
import StoreContracts
import Testing

@testable import SQLiteStore

@Suite("Opening a database")
struct OpeningTests {
    @Test("A copy of the files taken while the store is open has every acknowledged push, as after a power cut")
    func powerCut() async throws {
        try await SQLiteFixture.withStore { fixture in
            for index in 0..<20 { try await fixture.store.store(push([insert("r\(index)"), insert("s\(index)")])) }
            let copy = fixture.folder.appending(path: "copy")
            try FileManager.default.createDirectory(at: copy, withIntermediateDirectories: true)
            for name in ["log.db", "log.db-wal"] {
                try FileManager.default.copyItem(
                    at: fixture.folder.appending(path: name), to: copy.appending(path: name))
            }
            let store = SQLiteStore(SQLiteStoreConfig(path: copy.appending(path: "log.db").path), time: fixture.time)
            try await store.start()
            #expect(try await store.everything() == fixture.log.everything())
            #expect(try await store.store(push([insert("later")])).stored == 1)
            await store.stop()
        }
    }

    @Test("A second server on the same file is refused, by whatever path, until the first has stopped")
    func secondServer() async throws {
        try await SQLiteFixture.withStore { fixture in
            let link = fixture.folder.appending(path: "link.db").path
            try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: fixture.path)
            for path in [fixture.path, fixture.folder.path + "/./log.db", link] {
                let second = SQLiteStore(SQLiteStoreConfig(path: path))
                let error = await #expect(throws: StoreError.self) { try await second.start() }
                #expect(error?.code == .inUse)
            }
            let migrating = #expect(throws: StoreError.self) { try SQLiteStore.migrate(path: fixture.path) }
            #expect(migrating?.code == .inUse)
            #expect(try SQLiteStore.migrationStatus(path: fixture.path).count == StorageMigrations.all.count)
            await fixture.store.stop()
            let second = SQLiteStore(SQLiteStoreConfig(path: fixture.path))
            try await second.start()
            await second.stop()
        }
    }

    @Test(
        "Commits wait for the disk, unless the deployer says otherwise",
        arguments: [
            (SQLiteStoreConfig.Synchronous.full, 2 as Int64), (.normal, 1),
        ])
    func synchronous(_ synchronous: SQLiteStoreConfig.Synchronous, level: Int64) async throws {
        try await SQLiteFixture.withStore { fixture in
            await fixture.store.stop()
            var config = SQLiteStoreConfig(path: fixture.path)
            config.synchronous = synchronous
            let connection = try SQLiteConnection.writer(to: DatabaseFile(path: fixture.path), config: config)
            #expect(try connection.integer("PRAGMA synchronous") == level)
            #expect(try connection.texts("PRAGMA journal_mode") == ["wal"])
            #expect(try connection.integer("PRAGMA foreign_keys") == 1)
        }
    }

    @Test("What is missing is made for the owner alone")
    func permissions() async throws {
        try await SQLiteFixture.withStore { fixture in
            let path = fixture.folder.path + "/a/b/new.db"
            let store = SQLiteStore(SQLiteStoreConfig(path: path))
            try await store.start()
            try await store.store(push([insert("a")]))
            func mode(_ path: String) throws -> Int? {
                try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
            }
            #expect(try mode(fixture.folder.path + "/a") == 0o700)
            #expect(try mode(fixture.folder.path + "/a/b") == 0o700)
            for suffix in ["", "-wal", "-shm", ".lock"] { #expect(try mode(path + suffix) == 0o600) }
            await store.stop()
        }
    }

    @Test("A store can be started anew after it was stopped, and not twice")
    func restart() async throws {
        try await SQLiteFixture.withStore { fixture in
            await #expect(throws: StoreError.self) { try await fixture.store.start() }
            try await fixture.store.store(push([insert("a")]))
            await fixture.store.stop()
            await fixture.store.stop()
            await #expect(throws: StoreError.self) { try await fixture.store.healthCheck() }
            try await fixture.store.start()
            try await fixture.store.healthCheck()
            #expect(try await fixture.log.page().records == ["a"])
        }
    }
}
