public import Domain
public import Kernel
public import StorageShared

/// What `db status` and `db migrate` do; no server is needed. Both block the calling thread.
extension SQLiteStore {
    /// Every migration that this server or the database knows. Changes nothing, also where there is no file, and needs no lock.
    ///
    /// - Throws: `unusable` for a file that is damaged or of another program.
    public static func migrationStatus(
        path: String, plugins: [PluginSchema] = []
    ) throws(StoreError) -> [MigrationStatus] {
        let file = try DatabaseFile(path: path)
        let migrator = Migrator(StorageMigrations.all + plugins.sqliteMigrations, time: SystemTimeSource())
        return migrator.plan.status(of: try DatabaseInspection.of(file).applied)
    }

    /// Applies what is pending, in one transaction, to a database that no server has open; makes the file where there is none.
    ///
    /// - Returns: what was applied now.
    /// - Throws: what ``start()`` throws.
    @discardableResult
    public static func migrate(
        path: String, plugins: [PluginSchema] = [], time: any TimeSource = SystemTimeSource()
    ) throws(StoreError) -> [MigrationStatus] {
        let migrator = Migrator(StorageMigrations.all + plugins.sqliteMigrations, time: time)
        let pending = try migrator.plan.pending(after: DatabaseInspection.of(DatabaseFile(path: path)).applied)
        let (connection, _, lock) = try SQLiteEngine.prepare(SQLiteStoreConfig(path: path), migrator: migrator)
        defer { lock.release() }
        let applied = migrator.plan.status(of: try AppliedMigration.all(in: connection))
        return applied.filter { status in
            pending.contains { $0.owner == status.owner && $0.name == status.name }
        }
    }
}
