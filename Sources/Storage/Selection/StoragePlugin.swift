import Domain
public import Kernel
import SQLiteStore

/// Opens the change log with the engine that the configuration names, and provides it.
///
/// Built in, with the section `storage`.
public struct StoragePlugin: Plugin {
    public static let section = "storage"
    public static let manifest = PluginManifest(
        id: "storage", summary: "the change log: SQLite embedded, or PostgreSQL",
        provides: [
            AnyServiceKey(ServiceKey.changeLog), AnyServiceKey(ServiceKey.changeNotices),
            AnyServiceKey(ServiceKey.userLog), AnyServiceKey(ServiceKey.pluginStorage),
            AnyServiceKey(ServiceKey.wholeLog), AnyServiceKey(ServiceKey.databaseCopies),
            AnyServiceKey(ServiceKey.spaceGrants),
        ])

    private let engine: SelectedEngine
    private let copies: SQLiteCopies

    public init(config: StorageConfig, dependencies: Dependencies) throws {
        engine = SelectedEngine(config, dependencies: dependencies)
        copies = SQLiteCopies(time: dependencies.time)
    }

    public func register(into registry: inout PluginRegistry) {
        registry.provide(.changeLog, engine.log)
        registry.provide(.changeNotices, engine.notices)
        registry.provide(.userLog, engine.userLog)
        registry.provide(.pluginStorage, engine.pluginStorage)
        registry.provide(.wholeLog, engine.wholeLog)
        registry.provide(.databaseCopies, copies)
        registry.provide(.spaceGrants, engine.spaceGrants)
        registry.healthCheck(
            HealthCheck("database") { [engine] in
                do {
                    try await engine.healthCheck()
                    return .healthy
                } catch {
                    return .unhealthy("the database cannot be read")
                }
            })
        for description in StoragePlugin.metrics + engine.metrics { registry.metric(description) }
    }

    public func start() async throws {
        do throws(StoreError) {
            try await engine.start()
        } catch {
            // Whoever reads this has to know which database, and where it was named.
            throw StoreError(error.code, engine.explain(error), cause: error.cause)
        }
    }

    public func stop() async {
        await engine.stop()
    }

    static let latencies = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5]

    private static let metrics = [
        MetricDescription(
            .histogram, "mana_sync_store_commit_seconds", help: "Time of a transaction that stores pushes.",
            buckets: latencies),
        MetricDescription(
            .histogram, "mana_sync_store_read_seconds", help: "Time in which a page of changes is read.",
            buckets: latencies),
    ]
}
