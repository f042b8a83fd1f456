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
        /// To look at a file that nobody has open, without making the files beside it that SQLite otherwise makes.
        case inspectingUndisturbed
        /// To write.
        case writing
    }

    let handle: OpaquePointer
    private let busyTimeout: Duration

    /// Opens a file that is there already.
    init(path: String, for purpose: Purpose, busyTimeout: Duration = .seconds(5)) throws(StoreError) {
        let access: (name: String, flags: Int32) =
            switch purpose {
            case .inspecting: (path, SQLITE_OPEN_READONLY)
            case .inspectingUndisturbed:
                (SQLiteConnection.uri(of: path) + "?immutable=1", SQLITE_OPEN_READONLY | SQLITE_OPEN_URI)
            case .writing: (path, SQLITE_OPEN_READWRITE)
            }
        var opened: OpaquePointer?
        let result = sqlite3_open_v2(
            access.name, &opened, access.flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, nil)
        guard result == SQLITE_OK, let opened else {
            let error = StoreError(resultCode: result, connection: opened)
            sqlite3_close_v2(opened)
            throw error
        }
        handle = opened
        self.busyTimeout = busyTimeout
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

    /// Does `work` with another patience for locks, then sets it back to what it was.
    func withBusyTimeout(_ timeout: Duration, _ work: () throws(StoreError) -> Void) throws(StoreError) {
        sqlite3_busy_timeout(handle, Int32(clamping: timeout.microseconds / 1000))
        defer { sqlite3_busy_timeout(handle, Int32(clamping: busyTimeout.microseconds / 1000)) }
        try work()
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

    /// `file:` and the path, with the bytes escaped that mean something in a URI.
    private static func uri(of path: String) -> String {
        var uri = "file:"
        for scalar in path.unicodeScalars {
            switch scalar {
            case "%": uri += "%25"
            case "?": uri += "%3f"
            case "#": uri += "%23"
            default: uri.unicodeScalars.append(scalar)
            }
        }
        return uri
    }
}
