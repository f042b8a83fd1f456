import CSQLite
import Domain
import Foundation
import Kernel
import KernelTesting
import Synchronization
import Testing

@testable import SQLiteStore
import StoreContracts

/// A store on a file in a folder of its own.
final class SQLiteFixture: StoreFixture {
    let folder: URL
    let time = ManualTime(now: contractStart)
    private let config: SQLiteStoreConfig
    private let current: Mutex<SQLiteStore>

    /// Opens a fresh store; `configure` may change how.
    init(_ configure: (inout SQLiteStoreConfig) -> Void = { _ in }) async throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "sqlite-store-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        var config = SQLiteStoreConfig(path: folder.appending(path: "log.db").path)
        configure(&config)
        self.config = config
        let store = SQLiteStore(config, time: time)
        current = Mutex(store)
        try await store.start()
    }

    var path: String { config.path }
    var store: SQLiteStore { current.withLock { $0 } }
    var log: any ChangeLog { store }

    func reopen() async throws {
        await store.stop()
        let store = SQLiteStore(config, time: time)
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

    func close() async throws {
        await store.stop()
        try FileManager.default.removeItem(at: folder)
    }
}
