import PostgresStore
import SQLiteStore

extension SQLiteStoreConfig {
    /// The store's own configuration out of the section.
    init(_ config: StorageConfig) {
        self.init(
            path: config.sqlite.path, synchronous: config.sqlite.synchronous == .full ? .full : .normal,
            readers: config.sqlite.readers, maxQueuedPushes: config.sqlite.maxQueuedPushes, migrate: config.migrate)
    }
}

extension PostgresStoreConfig {
    /// The store's own configuration out of the section.
    init(_ config: StorageConfig) {
        let postgres = config.postgres
        self.init(
            url: postgres.url ?? "", passwordFile: postgres.passwordFile, listenURL: postgres.listenURL,
            maxConnections: postgres.maxConnections, maxWait: postgres.maxWait,
            preparesStatements: postgres.preparedStatements == .auto,
            allowSuperuser: postgres.allowSuperuser, migrate: config.migrate)
    }
}
