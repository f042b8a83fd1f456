import CSQLite
import Domain

extension SQLiteConnection {
    /// The connection that writes: WAL, durable as configured, both read back.
    static func writer(to file: DatabaseFile, config: SQLiteStoreConfig) throws(StoreError) -> SQLiteConnection {
        guard sqlite3_libversion_number() >= 3_037_000 else {
            throw StoreError(.unusable, "SQLite 3.37 or newer is needed.")
        }
        let connection = try SQLiteConnection(path: file.path, for: .writing, busyTimeout: config.busyTimeout)
        guard try connection.texts("PRAGMA journal_mode = WAL") == ["wal"] else {
            throw StoreError(.unusable, "The database's file system does not allow a write-ahead log.")
        }
        let durability: Int64 = config.synchronous == .full ? 2 : 1
        try connection.execute(
            """
            PRAGMA synchronous = \(durability);
            PRAGMA journal_size_limit = \(64 << 20);
            PRAGMA cache_size = -16384;
            """)
        try connection.setCommonPragmas()
        if let pages = config.maxPageCount { try connection.execute("PRAGMA max_page_count = \(pages)") }
        guard try connection.integer("PRAGMA synchronous") == durability else {
            throw StoreError(.internalFault, "SQLite did not take the setting of synchronous.")
        }
        return connection
    }

    /// A connection that cannot write.
    static func reader(of file: DatabaseFile, config: SQLiteStoreConfig) throws(StoreError) -> SQLiteConnection {
        let connection = try SQLiteConnection(path: file.path, for: .writing, busyTimeout: config.busyTimeout)
        try connection.execute("PRAGMA query_only = ON; PRAGMA cache_size = -8192")
        try connection.setCommonPragmas()
        return connection
    }

    private func setCommonPragmas() throws(StoreError) {
        try execute(
            """
            PRAGMA foreign_keys = ON;
            PRAGMA trusted_schema = OFF;
            PRAGMA cell_size_check = ON;
            PRAGMA temp_store = MEMORY;
            """)
    }
}
