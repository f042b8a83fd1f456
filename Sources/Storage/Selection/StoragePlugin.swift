import Domain
public import Kernel
public import SQLiteStore

/// Opens the change log with the engine that the configuration names, and provides it.
///
/// Built in, with the section `storage`.
public struct StoragePlugin: Plugin {
    public static let section = "storage"
    public static let manifest = PluginManifest(
        id: "storage", summary: "the change log: SQLite embedded",
        provides: [
            AnyServiceKey(ServiceKey.changeLog), AnyServiceKey(ServiceKey.changeNotices),
            AnyServiceKey(ServiceKey.userLog),
        ])

    private let store: SQLiteStore
    private let path: String

    public init(config: StorageConfig, dependencies: Dependencies) throws {
        path = config.sqlite.path
        store = SQLiteStore(
            SQLiteStoreConfig(config), time: dependencies.time, metrics: dependencies.metrics)
    }

    public func register(into registry: inout PluginRegistry) {
        registry.provide(.changeLog, store)
        registry.provide(.changeNotices, store.notices)
        registry.provide(.userLog, store)
        registry.healthCheck(
            HealthCheck("database") { [store] in
                do {
                    try await store.healthCheck()
                    return .healthy
                } catch {
                    return .unhealthy("the database cannot be read")
                }
            })
        for description in StoragePlugin.metrics { registry.metric(description) }
    }

    public func start() async throws {
        do throws(StoreError) {
            try await store.start()
        } catch {
            // Whoever reads this has to know which file, and where it was named.
            throw StoreError(error.code, "\(error.message) (storage.sqlite.path is \(path))", cause: error.cause)
        }
    }

    public func stop() async {
        await store.stop()
    }

    private static let latencies = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5]

    private static let metrics = [
        MetricDescription(
            .histogram, "mana_sync_store_commit_seconds", help: "Time of a transaction that stores a group of pushes.",
            buckets: latencies),
        MetricDescription(
            .histogram, "mana_sync_store_group_size", help: "Pushes that one transaction stores.",
            buckets: [1, 2, 4, 8, 16, 32, 64, 128]),
        MetricDescription(
            .histogram, "mana_sync_store_read_seconds", help: "Time in which a page of changes is read.",
            buckets: latencies),
        MetricDescription(
            .histogram, "mana_sync_store_reader_wait_seconds", help: "Time that a read waits for a free connection.",
            buckets: latencies),
        MetricDescription(.gauge, "mana_sync_store_queue_depth", help: "Pushes that wait for the writer."),
    ]
}

extension SQLiteStoreConfig {
    /// The store's own configuration out of the section.
    public init(_ config: StorageConfig) {
        self.init(
            path: config.sqlite.path, synchronous: config.sqlite.synchronous == .full ? .full : .normal,
            readers: config.sqlite.readers, maxQueuedPushes: config.sqlite.maxQueuedPushes, migrate: config.migrate)
    }
}
