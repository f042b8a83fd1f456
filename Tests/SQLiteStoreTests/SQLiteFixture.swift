import Domain
import Foundation
import Kernel
import KernelTesting
import StoreContracts
import Synchronization

@testable import SQLiteStore

/// A store on a file in a folder of its own.
final class SQLiteFixture: StoreFixture {
    let folder: URL
    let time = ManualTime(now: contractStart)
    let metrics = RecordingMetrics()
    private let config: SQLiteStoreConfig
    private let current: Mutex<SQLiteStore>

    /// Opens a fresh store, uses it and removes it.
    static func withStore(
        _ configure: (inout SQLiteStoreConfig) -> Void = { _ in }, _ use: (SQLiteFixture) async throws -> Void
    ) async throws {
        let fixture = try await SQLiteFixture(configure)
        let outcome: Result<Void, any Error>
        do {
            try await use(fixture)
            outcome = .success(())
        } catch {
            outcome = .failure(error)
        }
        try await fixture.close()
        try outcome.get()
    }

    /// Opens a fresh store; `configure` may change how.
    init(_ configure: (inout SQLiteStoreConfig) -> Void = { _ in }) async throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "sqlite-store-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        var config = SQLiteStoreConfig(path: folder.appending(path: "log.db").path)
        configure(&config)
        self.config = config
        let store = SQLiteStore(config, time: time, metrics: metrics)
        current = Mutex(store)
        try await store.start()
    }

    var path: String { config.path }
    var store: SQLiteStore { current.withLock { $0 } }
    var log: any ChangeLog { store }
    var notices: any ChangeNotices { store.notices }
    var grants: any SpaceGrants { store }

    func reopen() async throws {
        try await reopen { _ in }
    }

    /// Reopens, with what is done to the store before it starts.
    func reopen(preparing prepare: (SQLiteStore) -> Void) async throws {
        await store.stop()
        let store = SQLiteStore(config, time: time, metrics: metrics)
        prepare(store)
        try await store.start()
        current.withLock { $0 = store }
    }

    func setWallClock(_ time: UnixTime) {
        self.time.setWallClock(to: time)
    }

    func quarantined(of user: UserID) async throws -> Int {
        let connection = try SQLiteConnection(path: path, for: .inspecting)
        let count = try connection.prepare("SELECT count(*) FROM quarantine WHERE user_id = ?1")
        try count.bind(1, user.text)
        return Int(try count.single())
    }

    /// Returns when so many pushes wait for the writer.
    func waitForQueue(of count: Int) async {
        await until { metrics["mana_sync_store_queue_depth"].last == Double(count) }
    }

    func close() async throws {
        await store.stop()
        try FileManager.default.removeItem(at: folder)
    }
}
