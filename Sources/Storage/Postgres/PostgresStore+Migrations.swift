import CoreMetrics
public import Domain
import Logging
import PostgresClient
public import StorageShared

/// What `db status` and `db migrate` do; no server is needed.
extension PostgresStore {
    /// Every migration that this server or the database knows. Changes nothing.
    ///
    /// - Throws: what ``start()`` throws while the database cannot be used.
    public static func migrationStatus(
        _ config: PostgresStoreConfig, plugins: [PluginSchema] = []
    ) async throws(StoreError) -> [MigrationStatus] {
        try await withClient(config) { (client) throws(StoreError) in
            let migrator = Migrator(PostgresMigrations.all + plugins.postgresMigrations)
            return migrator.plan.status(of: try await migrator.applied(client))
        }
    }

    /// Applies what is pending, in one transaction, also while servers are at work.
    ///
    /// - Parameter keepingColumns: whether a table of another server keeps its columns of `jsonb`, beside ours, and is not written anew.
    /// - Returns: what was applied now.
    /// - Throws: what ``start()`` throws.
    @discardableResult
    public static func migrate(
        _ config: PostgresStoreConfig, plugins: [PluginSchema] = [], keepingColumns: Bool = false
    ) async throws(StoreError) -> [MigrationStatus] {
        try await withClient(config) { (client) throws(StoreError) in
            try await DatabaseCheck.check(client)
            let migrator = Migrator(
                PostgresMigrations.all + plugins.postgresMigrations, keepingColumns: keepingColumns)
            let done = try await migrator.migrate(client)
            return migrator.plan.status(of: try await migrator.applied(client)).filter { status in
                done.contains { $0.owner == status.owner && $0.name == status.name }
            }
        }
    }

    /// What ``migrate(_:)`` would do, in lines for people: above all, what becomes of a table that another server made. Changes nothing.
    public static func migrationPreview(
        _ config: PostgresStoreConfig, plugins: [PluginSchema] = [], keepingColumns: Bool = false
    ) async throws(StoreError) -> [String] {
        try await withClient(config) { (client) throws(StoreError) in
            try await Migrator(
                PostgresMigrations.all + plugins.postgresMigrations, keepingColumns: keepingColumns
            ).preview(client)
        }
    }

    /// What went wrong is in the error that a command shows, once.
    private static var quiet: Logger { Logger(label: "storage") { _ in SwiftLogNoOpLogHandler() } }

    private static func withClient<Value: Sendable>(
        _ config: PostgresStoreConfig, _ use: (PostgresClient) async throws(StoreError) -> Value
    ) async throws(StoreError) -> Value {
        let client = try DatabaseAccess.client(
            config, metrics: NOOPMetricsHandler.instance, logger: quiet)
        let result: Result<Value, StoreError>
        do throws(StoreError) {
            result = .success(try await use(client))
        } catch {
            result = .failure(error)
        }
        await client.shutdown()
        return try result.get()
    }
}
