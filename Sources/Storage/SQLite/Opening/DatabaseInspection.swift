import Domain
import StorageShared

/// What a database file is, found out without changing a byte of it.
enum DatabaseInspection {
    /// There is no file, or an empty one.
    case absent
    /// It is ours; the migrations that were applied to it.
    case ours(applied: [AppliedMigration])

    /// The migrations that were applied; none where there is no file.
    var applied: [AppliedMigration] {
        switch self {
        case .absent: []
        case .ours(let applied): applied
        }
    }

    /// The number in a database's header that says it is ours: "mana".
    static let applicationID: Int64 = 0x6D61_6E61

    /// Up to this size a file's structure is checked as a whole whenever it is opened.
    private static let wholeCheckLimit = 32 << 20

    /// Looks at the file.
    ///
    /// - Throws: `unusable` for a damaged file and for one that is not ours.
    static func of(_ file: DatabaseFile) throws(StoreError) -> DatabaseInspection {
        guard let size = try file.size(), size > 0 else { return .absent }
        let connection = try connection(to: file)
        let objects = try connection.integer("SELECT count(*) FROM sqlite_schema") ?? 0
        let application = try connection.integer("PRAGMA application_id") ?? 0
        if objects == 0, application == 0 { return .absent }
        guard application == applicationID else {
            throw StoreError(.unusable, "The file is a database of another program.")
        }
        try checkSize(size, of: file, through: connection)
        if size <= wholeCheckLimit { try checkStructure(through: connection) }
        return .ours(applied: try AppliedMigration.all(in: connection))
    }

    /// A connection that changes nothing of the file.
    static func connection(to file: DatabaseFile) throws(StoreError) -> SQLiteConnection {
        let isUndisturbed = !file.hasCompanion("-wal") && !file.hasCompanion("-journal")
        return try SQLiteConnection(path: file.path, for: isUndisturbed ? .inspectingUndisturbed : .inspecting)
    }

    /// A file that was cut short. While a write-ahead log is there, the file may be shorter than its header says.
    private static func checkSize(
        _ size: Int, of file: DatabaseFile, through connection: SQLiteConnection
    ) throws(StoreError) {
        guard !file.hasCompanion("-wal") else { return }
        let pages = try connection.integer("PRAGMA page_count") ?? 0
        let pageSize = try connection.integer("PRAGMA page_size") ?? 0
        guard Int64(size) >= pages * pageSize else {
            throw StoreError(.unusable, "The database file is damaged.", cause: "it is shorter than its header says")
        }
    }

    private static func checkStructure(through connection: SQLiteConnection) throws(StoreError) {
        let findings = try connection.texts("PRAGMA quick_check(1)")
        guard findings == ["ok"] else {
            throw StoreError(.unusable, "The database file is damaged.", cause: findings.first)
        }
    }
}
