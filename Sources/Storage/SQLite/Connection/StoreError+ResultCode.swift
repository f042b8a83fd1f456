import CSQLite
import Domain

extension StoreError {
    /// Translates SQLite's result code, the only place that does. The engine's text goes into the cause.
    init(resultCode: Int32, connection: OpaquePointer?, file: StaticString = #fileID, line: UInt = #line) {
        let text = connection.map { String(cString: sqlite3_errmsg($0)) } ?? String(cString: sqlite3_errstr(resultCode))
        let (code, message) = StoreError.meaning(of: resultCode)
        self.init(code, message, cause: "SQLite \(resultCode): \(text)", file: file, line: line)
    }

    private static func meaning(of resultCode: Int32) -> (Code, String) {
        switch resultCode & 0xFF {
        case SQLITE_FULL: (.full, "The disk is full.")
        case SQLITE_BUSY, SQLITE_LOCKED: (.unavailable, "The database is locked by another program.")
        case SQLITE_INTERRUPT: (.unavailable, "The database is shutting down.")
        case SQLITE_NOMEM: (.unavailable, "There is no memory left for the database.")
        case SQLITE_IOERR: (.unavailable, "The disk could not be read or written.")
        case SQLITE_CORRUPT: (.unusable, "The database file is damaged.")
        case SQLITE_NOTADB: (.unusable, "The file is not a database.")
        case SQLITE_CANTOPEN: (.unusable, "The database file cannot be opened.")
        case SQLITE_PERM, SQLITE_READONLY, SQLITE_AUTH: (.unusable, "The database file may not be written.")
        default: (.internalFault, "The database refused a statement.")
        }
    }
}
