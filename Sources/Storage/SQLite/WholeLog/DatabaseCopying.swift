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
        // Made before SQLite would, for the owner alone; an empty file is what it takes.
        let descriptor = open(target.path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw errno == ENOSPC
                ? StoreError(.full, "The disk is full.")
                : StoreError(.unusable, "The copy of the database cannot be made.", cause: "errno \(errno)")
        }
        close(descriptor)
        do throws(StoreError) {
            return try copyAndCheck()
        } catch {
            for suffix in ["", "-journal", "-wal", "-shm"] { unlink(target.path + suffix) }
            throw error
        }
    }

    private func copyAndCheck() throws(StoreError) -> DatabaseCopy {
        let connection = try SQLiteConnection.reader(of: source, config: config)
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
