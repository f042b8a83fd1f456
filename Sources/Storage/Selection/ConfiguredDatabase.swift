public import Domain
public import Kernel
import PostgresStore
import SQLiteStore
public import StorageShared

/// The database of a configuration, for the commands that need no server.
public struct ConfiguredDatabase: Sendable {
    private let config: StorageConfig
    private let plugins: [PluginSchema]
    private let store: (any PluginStorage)?

    /// The database that a configuration names, with the tables of the plugins that it switches on.
    public init(of plan: Plan) {
        config = plan.configuration.section(StorageConfig.self, at: StoragePlugin.section)
        store = plan.service(.pluginStorage)
        plugins = ((store as? SQLiteStore)?.schemas ?? (store as? PostgresStore)?.schemas)?.all ?? []
    }

    /// Which one it is, for people; never with a password.
    public var name: String {
        switch config.engine {
        case .sqlite: config.sqlite.path
        case .postgres: "the PostgreSQL database"
        }
    }

    /// Why a command failed, for people; of PostgreSQL in its own words too, which tell what is wrong. SQLite's are codes.
    public func explain(_ error: StoreError) -> String {
        switch config.engine {
        case .sqlite: "\(name): \(error.message)"
        case .postgres: "\(name): \(error.explanation())"
        }
    }

    /// Every migration that this server or the database knows. Changes nothing. Blocks the thread for SQLite.
    public func migrationStatus() async throws(StoreError) -> [MigrationStatus] {
        switch config.engine {
        case .sqlite: try SQLiteStore.migrationStatus(path: config.sqlite.path, plugins: plugins)
        case .postgres: try await PostgresStore.migrationStatus(PostgresStoreConfig(config), plugins: plugins)
        }
    }

    /// What ``migrate(keepingColumns:)`` would do, in lines for people; none where nothing is pending. Changes nothing.
    public func migrationPreview(keepingColumns: Bool = false) async throws(StoreError) -> [String] {
        switch config.engine {
        case .sqlite:
            try SQLiteStore.migrationStatus(path: config.sqlite.path, plugins: plugins).filter { $0.state == .pending }
                .map { "would apply \($0.owner)/\($0.name)" }
        case .postgres:
            try await PostgresStore.migrationPreview(
                PostgresStoreConfig(config), plugins: plugins, keepingColumns: keepingColumns)
        }
    }

    /// Applies what is pending, and gives what it applied.
    public func migrate(keepingColumns: Bool = false) async throws(StoreError) -> [MigrationStatus] {
        switch config.engine {
        case .sqlite: try SQLiteStore.migrate(path: config.sqlite.path, plugins: plugins)
        case .postgres:
            try await PostgresStore.migrate(
                PostgresStoreConfig(config), plugins: plugins, keepingColumns: keepingColumns)
        }
    }

    /// Opens the plan's own store, so that the services that it provides can be used without a server. To be closed by ``close()``.
    ///
    /// - Throws: `inUse` while a server has the file open.
    public func open() async throws(StoreError) {
        if let store = store as? SQLiteStore { try await store.start() }
        if let store = store as? PostgresStore { try await store.start() }
    }

    /// Closes the plan's store.
    public func close() async {
        if let store = store as? SQLiteStore { await store.stop() }
        if let store = store as? PostgresStore { await store.stop() }
    }
}
