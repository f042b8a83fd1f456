import CSQLite
import Domain
import Kernel

/// One connection to a database file, closed when the last reference to it and to its statements goes.
///
/// `@unchecked Sendable`: SQLite's own mutexes are off, so a connection and its statements are used by one thread at a time. The
/// writer's is reached under its session's lock only, a reader's by whoever took the session out of the pool.
final class SQLiteConnection: @unchecked Sendable {
    /// What a connection is for.
    enum Purpose {
        /// To look at a file without changing a byte of it.
        case inspecting
        /// To write.
        case writing
    }

    let handle: OpaquePointer

    /// Opens a file that is there already.
    init(path: String, for purpose: Purpose, busyTimeout: Duration = .seconds(5)) throws(StoreError) {
        let access = purpose == .inspecting ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE
        var opened: OpaquePointer?
        let result = sqlite3_open_v2(path, &opened, access | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, nil)
        guard result == SQLITE_OK, let opened else {
            let error = StoreError(resultCode: result, connection: opened)
            sqlite3_close_v2(opened)
            throw error
        }
        handle = opened
        sqlite3_busy_timeout(handle, Int32(clamping: busyTimeout.microseconds / 1000))
    }

    deinit {
        sqlite3_close_v2(handle)
    }

    /// Whether a transaction is open.
    var isInTransaction: Bool { sqlite3_get_autocommit(handle) == 0 }

    /// How many rows the last statement wrote.
    var changedRows: Int { Int(sqlite3_changes(handle)) }

    /// Runs one or several statements that answer nothing.
    func execute(_ sql: String) throws(StoreError) {
        let result = sqlite3_exec(handle, sql, nil, nil, nil)
        guard result == SQLITE_OK else { throw StoreError(resultCode: result, connection: handle) }
    }

    /// Prepares a statement that will be used again and again.
    func prepare(_ sql: String) throws(StoreError) -> SQLiteStatement {
        try SQLiteStatement(sql, on: self)
    }

    /// The first column of the first row as a number; nil if there is no row.
    func integer(_ sql: String) throws(StoreError) -> Int64? {
        let statement = try prepare(sql)
        defer { statement.reset() }
        return try statement.step() ? statement.integer(0) : nil
    }

    /// The first column of every row as text.
    func texts(_ sql: String) throws(StoreError) -> [String] {
        let statement = try prepare(sql)
        defer { statement.reset() }
        var texts: [String] = []
        while try statement.step() { texts.append(statement.string(0)) }
        return texts
    }

    /// Undoes the open transaction, if SQLite has not done so already.
    ///
    /// A failure leaves nothing to do: SQLite then rolls back when the connection is used or closed next.
    func rollBack() {
        guard isInTransaction else { return }
        sqlite3_exec(handle, "ROLLBACK", nil, nil, nil)
    }
}
