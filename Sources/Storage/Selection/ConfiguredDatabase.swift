public import Domain
import PostgresStore
import SQLiteStore
public import StorageShared

/// The database of a configuration, for the commands that need no server.
public struct ConfiguredDatabase: Sendable {
    private let config: StorageConfig

    /// The database that `config` names.
    public init(_ config: StorageConfig) {
        self.config = config
    }

    /// Which one it is, for people; never with a password.
    public var name: String {
        switch config.engine {
        case .sqlite: config.sqlite.path
        case .postgres: "the PostgreSQL database"
        }
    }

    /// Every migration that this server or the database knows. Changes nothing. Blocks the thread for SQLite.
    public func migrationStatus() async throws(StoreError) -> [MigrationStatus] {
        switch config.engine {
        case .sqlite: try SQLiteStore.migrationStatus(path: config.sqlite.path)
        case .postgres: try await PostgresStore.migrationStatus(PostgresStoreConfig(config))
        }
    }

    /// What ``migrate(keepingColumns:)`` would do, in lines for people; none where nothing is pending. Changes nothing.
    public func migrationPreview(keepingColumns: Bool = false) async throws(StoreError) -> [String] {
        switch config.engine {
        case .sqlite:
            try SQLiteStore.migrationStatus(path: config.sqlite.path).filter { $0.state == .pending }
                .map { "would apply \($0.owner)/\($0.name)" }
        case .postgres:
            try await PostgresStore.migrationPreview(PostgresStoreConfig(config), keepingColumns: keepingColumns)
        }
    }

    /// Applies what is pending, and gives what it applied.
    public func migrate(keepingColumns: Bool = false) async throws(StoreError) -> [MigrationStatus] {
        switch config.engine {
        case .sqlite: try SQLiteStore.migrate(path: config.sqlite.path)
        case .postgres: try await PostgresStore.migrate(PostgresStoreConfig(config), keepingColumns: keepingColumns)
        }
    }
}
