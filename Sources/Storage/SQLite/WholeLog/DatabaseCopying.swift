import Domain

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Copies a database while it is written to, and checks the copy (spec: backup.md, "The operator's one-click snapshot"). Blocks.
struct DatabaseCopying {
    let source: DatabaseFile
    let target: DatabaseFile
    let config: SQLiteStoreConfig

    /// Makes the copy; leaves nothing where it fails.
    func copy() throws(StoreError) -> DatabaseCopy {
        try copy { () throws(StoreError) in try SQLiteConnection.reader(of: source, config: config) }
    }

    /// The same of a file that is no server's: checked itself before, for its indexes are made anew in the copy, and not changed by a byte.
    func copyOfForeignFile() throws(StoreError) -> DatabaseCopy {
        guard case .ours = try DatabaseInspection.of(source) else {
            throw StoreError(.unusable, "The file is an empty database.")
        }
        return try copy { () throws(StoreError) in
            let connection = try DatabaseInspection.connection(to: source)
            guard try connection.texts("PRAGMA integrity_check(1)") == ["ok"] else {
                throw StoreError(.unusable, "The database file is damaged.")
            }
            return connection
        }
    }

    private func copy(reading connect: () throws(StoreError) -> SQLiteConnection) throws(StoreError) -> DatabaseCopy {
        // Made before SQLite would, for the owner alone; an empty file is what it takes.
        let descriptor = open(target.path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw errno == ENOSPC
                ? StoreError(.full, "The disk is full.")
                : StoreError(.unusable, "The copy of the database cannot be made.", cause: "errno \(errno)")
        }
        close(descriptor)
        do throws(StoreError) {
            return try copyAndCheck(try connect())
        } catch {
            for suffix in ["", "-journal", "-wal", "-shm"] { unlink(target.path + suffix) }
            throw error
        }
    }

    private func copyAndCheck(_ connection: SQLiteConnection) throws(StoreError) -> DatabaseCopy {
        let before = try Self.changes(connection)
        let vacuum = try connection.prepare("VACUUM INTO ?1")
        try connection.execute("PRAGMA query_only = OFF")
        try vacuum.bind(1, target.path)
        try vacuum.run()
        let after = try Self.changes(connection)
        let copy = try SQLiteConnection(path: target.path, for: .inspectingUndisturbed)
        guard try copy.texts("PRAGMA integrity_check") == ["ok"] else {
            throw StoreError(.unusable, "The copy of the database is damaged.")
        }
        let copied = try Self.changes(copy)
        // An erasure may have taken rows away meanwhile.
        guard (min(before, after)...max(before, after)).contains(copied) else {
            throw StoreError(.unusable, "The copy of the database has another number of changes than the database.")
        }
        return DatabaseCopy(changes: copied)
    }

    private static func changes(_ connection: SQLiteConnection) throws(StoreError) -> Int64 {
        try connection.integer("SELECT count(*) FROM sync_changes") ?? 0
    }
}
