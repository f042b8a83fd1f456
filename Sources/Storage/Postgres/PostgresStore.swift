public import CoreMetrics
public import Domain
public import Kernel
public import Logging
package import StorageShared
import Synchronization

/// The change log in a PostgreSQL database that any number of servers share (spec: storage.md, "PostgreSQL"; decision 11).
///
/// A push or a page is one transaction, sent in one go. A store that was started must be stopped before it goes.
public final class PostgresStore: ChangeLog {
    private enum State {
        case closed
        case changing
        case open(PostgresEngine)
    }

    private let config: PostgresStoreConfig
    private let migrations: [Migration]
    private let time: any TimeSource
    private let metrics: any MetricsFactory
    private let logger: Logger
    private let state = Mutex(State.closed)
    private let board = ChangeNoticeBoard()
    package let schemas = PluginSchemas()

    /// A store that is closed: nothing is connected yet.
    public convenience init(
        _ config: PostgresStoreConfig, time: any TimeSource = SystemTimeSource(),
        metrics: any MetricsFactory = MetricsSystem.factory, logger: Logger = Logger(label: "storage")
    ) {
        self.init(config, migrations: PostgresMigrations.all, time: time, metrics: metrics, logger: logger)
    }

    /// A store with further tables beside its own.
    package init(
        _ config: PostgresStoreConfig, migrations: [Migration], time: any TimeSource, metrics: any MetricsFactory,
        logger: Logger
    ) {
        self.config = config
        self.migrations = migrations
        self.time = time
        self.metrics = metrics
        self.logger = logger
    }

    /// News of what is committed, by this server or another one over the same database.
    public var notices: any ChangeNotices { board }

    /// Connects, checks the database, migrates it if so configured, and raises the change clock above every row and the wall clock.
    ///
    /// - Throws: `unavailable` while the database cannot be reached; `unusable` for one that refuses the login or is not what the store needs;
    ///   `newerSchema`; `needsMigration`. The database then stays as it was.
    public func start() async throws(StoreError) {
        try state.withLock { (state) throws(StoreError) in
            guard case .closed = state else { throw StoreError(.internalFault, "The store is open already.") }
            state = .changing
        }
        do throws(StoreError) {
            let engine = try await PostgresEngine.open(
                config, migrator: Migrator(migrations + schemas.all.postgresMigrations), time: time, metrics: metrics,
                board: board, logger: logger)
            state.withLock { $0 = .open(engine) }
        } catch {
            state.withLock { $0 = .closed }
            throw error
        }
    }

    /// Lets what is under way come to its end, refuses what comes later, and closes all connections. Does nothing where it is not open.
    public func stop() async {
        let engine: PostgresEngine? = state.withLock { state in
            guard case .open(let engine) = state else { return nil }
            state = .changing
            return engine
        }
        guard let engine else { return }
        await engine.close()
        state.withLock { $0 = .closed }
    }

    public func append<Sink: ChangeSink>(
        _ push: Push, thenReading query: ChangeQuery, into sink: Sink
    ) async throws(StoreError) -> (PushOutcome, ChangePage<Sink>) {
        let engine = try enter()
        defer { engine.gate.leave() }
        guard !push.changes.isEmpty else { return (PushOutcome(), try await engine.page(query, into: sink)) }
        return try await engine.store(push, thenReading: query, into: sink)
    }

    public func read<Sink: ChangeSink>(
        _ query: ChangeQuery, into sink: Sink
    ) async throws(StoreError) -> ChangePage<Sink> {
        let engine = try enter()
        defer { engine.gate.leave() }
        return try await engine.page(query, into: sink)
    }

    /// Reads one value.
    ///
    /// - Throws: what a read would throw now.
    public func healthCheck() async throws(StoreError) {
        let engine = try enter()
        defer { engine.gate.leave() }
        try await engine.ping()
    }

    /// Begins an operation, which must leave the engine's gate.
    func enter() throws(StoreError) -> PostgresEngine {
        let engine: PostgresEngine? = state.withLock { state in
            guard case .open(let engine) = state else { return nil }
            return engine
        }
        guard let engine else { throw StoreError(.unavailable, "The store is closed.") }
        try engine.gate.enter()
        return engine
    }
}
