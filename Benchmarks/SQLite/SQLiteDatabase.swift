import CSQLite

/// A connection to a database file, used by one thread: the bare library that the server is compared with.
final class SQLiteDatabase {
    fileprivate let handle: OpaquePointer

    /// Opens or makes a file.
    init(_ path: String) throws {
        var opened: OpaquePointer?
        let code = sqlite3_open_v2(path, &opened, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, nil)
        guard code == SQLITE_OK, let opened else {
            sqlite3_close_v2(opened)
            throw BenchmarkError("\(path) cannot be opened: \(String(cString: sqlite3_errstr(code)))")
        }
        handle = opened
    }

    deinit { sqlite3_close_v2(handle) }

    /// The library's version.
    static var version: String { String(cString: sqlite3_libversion()) }

    /// Runs statements that give no rows of interest.
    func execute(_ sql: String) throws {
        guard sqlite3_exec(handle, sql, nil, nil, nil) == SQLITE_OK else { throw error(in: sql) }
    }

    /// Prepares one statement.
    func prepare(_ sql: String) throws -> SQLiteQuery {
        var prepared: OpaquePointer?
        guard sqlite3_prepare_v2(handle, sql, -1, &prepared, nil) == SQLITE_OK, let prepared else {
            throw error(in: sql)
        }
        return SQLiteQuery(prepared, of: self)
    }

    /// The first column of each row, as text.
    func texts(_ sql: String) throws -> [String] {
        let query = try prepare(sql)
        var texts: [String] = []
        while try query.step() { texts.append(query.text(0)) }
        return texts
    }

    fileprivate func error(in sql: String) -> BenchmarkError {
        BenchmarkError("SQLite: \(String(cString: sqlite3_errmsg(handle))) in \(sql.prefix(200))")
    }
}

/// A prepared statement.
final class SQLiteQuery {
    private let handle: OpaquePointer
    private let database: SQLiteDatabase

    fileprivate init(_ handle: OpaquePointer, of database: SQLiteDatabase) {
        self.handle = handle
        self.database = database
    }

    deinit { sqlite3_finalize(handle) }

    /// How many columns a row has.
    var columns: Int32 { sqlite3_column_count(handle) }

    /// Moves to the next row; false after the last one, when the statement is ready to run again.
    func step() throws -> Bool {
        switch sqlite3_step(handle) {
        case SQLITE_ROW: return true
        case SQLITE_DONE:
            sqlite3_reset(handle)
            return false
        default: throw database.error(in: String(cString: sqlite3_sql(handle)))
        }
    }

    /// Binds a text to a parameter, counted from 1.
    func bind(_ index: Int32, _ text: String) throws {
        guard sqlite3_bind_text(handle, index, text, -1, csqlite_transient()) == SQLITE_OK else {
            throw database.error(in: text)
        }
    }

    /// Binds a kept value to a parameter, counted from 1.
    func bind(_ index: Int32, _ value: SQLiteValue) throws {
        guard sqlite3_bind_value(handle, index, value.handle) == SQLITE_OK else { throw database.error(in: "bind") }
    }

    /// A column's text, counted from 0; empty for NULL.
    func text(_ column: Int32) -> String {
        sqlite3_column_text(handle, column).map { String(cString: $0) } ?? ""
    }

    /// A column's value, kept beyond the row.
    func value(_ column: Int32) throws -> SQLiteValue {
        guard let copy = sqlite3_value_dup(sqlite3_column_value(handle, column)) else {
            throw BenchmarkError("SQLite: out of memory")
        }
        return SQLiteValue(copy)
    }

    /// Reads every column of the row, as whoever writes it out must, and gives the bytes that they hold.
    func readRow() -> Int {
        var bytes = 0
        for column in 0..<columns {
            if sqlite3_column_type(handle, column) == SQLITE_INTEGER {
                bytes += sqlite3_column_int64(handle, column) == 0 ? 0 : 8
            } else if sqlite3_column_blob(handle, column) != nil {
                bytes += Int(sqlite3_column_bytes(handle, column))
            }
        }
        return bytes
    }
}

/// A column's value that outlives its row.
final class SQLiteValue {
    fileprivate let handle: OpaquePointer

    fileprivate init(_ handle: OpaquePointer) {
        self.handle = handle
    }

    deinit { sqlite3_value_free(handle) }
}
