import Domain
import Kernel
import KernelTesting
import PostgresClient
import StoreContracts
import Synchronization

@testable import PostgresStore

/// A store on a database of its own.
final class PostgresStoreFixture: StoreFixture {
    let database: PostgresDatabase
    let time = ManualTime(now: contractStart)
    /// What the stores say.
    let lines = MemoryLog()
    private let config: PostgresStoreConfig
    private let current: Mutex<PostgresStore>

    /// Opens a fresh store, uses it and removes it.
    static func withStore(
        _ configure: (inout PostgresStoreConfig) -> Void = { _ in },
        _ use: (PostgresStoreFixture) async throws -> Void
    ) async throws {
        let fixture = try await PostgresStoreFixture(configure)
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

    /// Lends a client at `url`, for what takes a session.
    static func withClient<Value: Sendable>(
        at url: String, _ use: (PostgresClient) async throws -> Value
    ) async throws -> Value {
        let client = try PostgresClient(PostgresConfiguration(url: url))
        let outcome: Result<Value, any Error>
        do {
            outcome = .success(try await use(client))
        } catch {
            outcome = .failure(error)
        }
        await client.shutdown()
        return try outcome.get()
    }

    /// Opens a fresh store, behind a pooler or not; `configure` may change how.
    init(
        through pooler: PgBouncer? = nil, _ configure: (inout PostgresStoreConfig) -> Void = { _ in }
    ) async throws {
        await FixtureSlots.shared.take()
        do {
            database = try await PostgresDatabase.make()
            var config = PostgresStoreConfig(url: database.url, maxConnections: 6)
            config.wallClock = .server
            if let pooler {
                config.listenURL = config.url
                config.url = pooler.url(of: database)
                config.preparesStatements = false
            }
            configure(&config)
            self.config = config
            let store = PostgresStore(config, time: time, logger: lines.logger())
            current = Mutex(store)
            try await store.start()
        } catch {
            await FixtureSlots.shared.giveBack()
            throw error
        }
    }

    var store: PostgresStore { current.withLock { $0 } }
    var log: any ChangeLog { store }
    var notices: any ChangeNotices { store.notices }
    var grants: any SpaceGrants { store }

    /// Opens a second store over the same database, as another instance of the server does.
    func openAnother(_ configure: (inout PostgresStoreConfig) -> Void = { _ in }) async throws -> PostgresStore {
        var config = config
        configure(&config)
        let store = PostgresStore(config, time: time, logger: lines.logger())
        try await store.start()
        return store
    }

    func reopen() async throws {
        try await reopen { _ in }
    }

    /// Reopens, with what is done to the store before it starts.
    func reopen(preparing prepare: (PostgresStore) -> Void) async throws {
        await store.stop()
        let store = PostgresStore(config, time: time, logger: lines.logger())
        prepare(store)
        try await store.start()
        current.withLock { $0 = store }
    }

    func setWallClock(_ time: UnixTime) {
        self.time.setWallClock(to: time)
    }

    func quarantined(of user: UserID) async throws -> Int {
        let rows = try await database.run(
            "SELECT count(*) FROM sync_quarantine WHERE user_id = '\(user.text)'")
        return Int(rows.integer(0, 0) ?? 0)
    }

    func close() async throws {
        await store.stop()
        let outcome: Result<Void, any Error>
        do {
            try await database.drop()
            outcome = .success(())
        } catch {
            outcome = .failure(error)
        }
        await FixtureSlots.shared.giveBack()
        try outcome.get()
    }
}
