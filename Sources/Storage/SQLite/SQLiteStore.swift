public import CoreMetrics
public import Domain
public import Kernel
package import StorageShared
import Synchronization

/// The change log in one SQLite file: nothing to install, one server at a time (spec: storage.md, "SQLite").
///
/// One thread writes, and commits the pushes that wait together; a bad one never fails its neighbours. Others read, each page in a snapshot
/// of its own. A store that was started must be stopped before it goes.
public final class SQLiteStore: ChangeLog {
    private enum State {
        case closed
        case changing
        case open(SQLiteEngine)
    }

    let config: SQLiteStoreConfig
    private let migrations: [Migration]
    let time: any TimeSource
    private let metrics: StoreMetrics
    private let state = Mutex(State.closed)
    let board = ChangeNoticeBoard()
    package let schemas = PluginSchemas()

    /// A store that is closed: nothing is opened or made yet.
    public convenience init(
        _ config: SQLiteStoreConfig, time: any TimeSource = SystemTimeSource(),
        metrics: any MetricsFactory = MetricsSystem.factory
    ) {
        self.init(config, migrations: StorageMigrations.all, time: time, metrics: metrics)
    }

    /// A store with further tables beside its own.
    package init(
        _ config: SQLiteStoreConfig, migrations: [Migration], time: any TimeSource, metrics: any MetricsFactory
    ) {
        self.config = config
        self.migrations = migrations
        self.time = time
        self.metrics = StoreMetrics(factory: metrics)
    }

    /// News of what is committed, by whichever opening of this store; its writer's thread calls.
    public var notices: any ChangeNotices { board }

    /// Opens the database, makes it where it is missing, and migrates it if so configured.
    ///
    /// - Throws: `inUse` while another server has it open; `unusable` for a file that is damaged, of another program, or out of
    ///   reach; `newerSchema`; `needsMigration`. The file then stays as it was, byte for byte.
    public func start() async throws(StoreError) {
        try state.withLock { (state) throws(StoreError) in
            guard case .closed = state else { throw StoreError(.internalFault, "The store is open already.") }
            state = .changing
        }
        do throws(StoreError) {
            let engine = try await SQLiteEngine.open(
                config, migrator: Migrator(migrations + schemas.all.sqliteMigrations, time: time), time: time,
                metrics: metrics,
                notices: board)
            state.withLock { $0 = .open(engine) }
        } catch {
            state.withLock { $0 = .closed }
            throw error
        }
    }

    /// Lets what is under way come to its end, refuses what comes later, and closes the database. Does nothing where it is not open.
    public func stop() async {
        let engine: SQLiteEngine? = state.withLock { state in
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
        try push.requireWritableSpaces()
        let stored = push.changes.isEmpty ? StoredPush() : try await engine.writer.store(push)
        let own = query.client == nil ? stored.changes : OwnChanges()
        return (stored.outcome, try await engine.page(query, leavingOut: own, into: sink))
    }

    public func read<Sink: ChangeSink>(
        _ query: ChangeQuery, into sink: Sink
    ) async throws(StoreError) -> ChangePage<Sink> {
        let engine = try enter()
        defer { engine.gate.leave() }
        return try await engine.page(query, leavingOut: OwnChanges(), into: sink)
    }

    /// Reads one value, waiting its turn like any page.
    ///
    /// - Throws: what a read would throw now.
    public func healthCheck() async throws(StoreError) {
        let engine = try enter()
        defer { engine.gate.leave() }
        _ = try await engine.readers.read { (session) throws(StoreError) in try session.clock() }
    }

    /// Begins an operation, which must leave the engine's gate.
    func enter() throws(StoreError) -> SQLiteEngine {
        let engine: SQLiteEngine? = state.withLock { state in
            guard case .open(let engine) = state else { return nil }
            return engine
        }
        guard let engine else { throw StoreError(.unavailable, "The store is closed.") }
        try engine.gate.enter()
        return engine
    }
}
