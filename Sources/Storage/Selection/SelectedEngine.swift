import Domain
import Kernel
import PostgresStore
import SQLiteStore

/// The engine that the configuration names.
enum SelectedEngine: Sendable {
    case sqlite(SQLiteStore, path: String)
    case postgres(PostgresStore)

    init(_ config: StorageConfig, dependencies: Dependencies) {
        switch config.engine {
        case .sqlite:
            let store = SQLiteStore(
                SQLiteStoreConfig(config), time: dependencies.time, metrics: dependencies.metrics)
            self = .sqlite(store, path: config.sqlite.path)
        case .postgres:
            self = .postgres(
                PostgresStore(
                    PostgresStoreConfig(config), time: dependencies.time, metrics: dependencies.metrics,
                    logger: dependencies.logger))
        }
    }

    var log: any ChangeLog {
        switch self {
        case .sqlite(let store, _): store
        case .postgres(let store): store
        }
    }

    var notices: any ChangeNotices {
        switch self {
        case .sqlite(let store, _): store.notices
        case .postgres(let store): store.notices
        }
    }

    var userLog: any UserLog {
        switch self {
        case .sqlite(let store, _): store
        case .postgres(let store): store
        }
    }

    var wholeLog: any WholeLog {
        switch self {
        case .sqlite(let store, _): store
        case .postgres(let store): store
        }
    }

    var pluginStorage: any PluginStorage {
        switch self {
        case .sqlite(let store, _): store
        case .postgres(let store): store
        }
    }

    var spaceGrants: any SpaceGrants {
        switch self {
        case .sqlite(let store, _): store
        case .postgres(let store): store
        }
    }

    /// Why it cannot be used and which database it is, for people; never with a password. PostgreSQL's own words tell what is wrong,
    /// SQLite's are codes.
    func explain(_ error: StoreError) -> String {
        switch self {
        case .sqlite(_, let path): "\(error.message) (storage.sqlite.path is \(path))"
        case .postgres: error.explanation(place: "see storage.postgres")
        }
    }

    func start() async throws(StoreError) {
        switch self {
        case .sqlite(let store, _): try await store.start()
        case .postgres(let store): try await store.start()
        }
    }

    func stop() async {
        switch self {
        case .sqlite(let store, _): await store.stop()
        case .postgres(let store): await store.stop()
        }
    }

    func healthCheck() async throws(StoreError) {
        switch self {
        case .sqlite(let store, _): try await store.healthCheck()
        case .postgres(let store): try await store.healthCheck()
        }
    }

    /// What only this engine measures.
    var metrics: [MetricDescription] {
        switch self {
        case .sqlite:
            [
                MetricDescription(
                    .histogram, "mana_sync_store_group_size", help: "Pushes that one transaction stores.",
                    buckets: [1, 2, 4, 8, 16, 32, 64, 128]),
                MetricDescription(
                    .histogram, "mana_sync_store_reader_wait_seconds",
                    help: "Time that a read waits for a free connection.", buckets: StoragePlugin.latencies),
                MetricDescription(.gauge, "mana_sync_store_queue_depth", help: "Pushes that wait for the writer."),
            ]
        case .postgres:
            [
                MetricDescription(
                    .counter, "mana_sync_store_repeated_transactions_total",
                    help: "Transactions that were sent again after a collision or a lost connection."),
                MetricDescription(
                    .histogram, "mana_sync_postgres_wait_seconds", help: "Time that a request waits for a connection.",
                    buckets: StoragePlugin.latencies),
                MetricDescription(
                    .gauge, "mana_sync_postgres_waiting", help: "Requests that wait for a connection to the database."),
                MetricDescription(
                    .gauge, "mana_sync_postgres_connections", help: "Connections to the database that are open."),
                MetricDescription(
                    .counter, "mana_sync_postgres_refused_total",
                    help: "Requests turned away because too many waited for a connection, or they waited too long."),
                MetricDescription(
                    .counter, "mana_sync_postgres_failed_connects_total", help: "Attempts to connect that failed."),
                MetricDescription(
                    .counter, "mana_sync_postgres_lost_connections_total", help: "Connections that broke."),
            ]
        }
    }
}
