import CSQLite
import Domain
import NIOCore

/// A prepared statement. Parameters count from 1 and stay bound until they are bound anew; columns count from 0.
///
/// `@unchecked Sendable`: see ``SQLiteConnection``, which it keeps open.
final class SQLiteStatement: @unchecked Sendable {
    private let connection: SQLiteConnection
    let handle: OpaquePointer

    init(_ sql: String, on connection: SQLiteConnection) throws(StoreError) {
        var prepared: OpaquePointer?
        let result = sqlite3_prepare_v3(
            connection.handle, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &prepared, nil)
        guard result == SQLITE_OK, let prepared else {
            throw StoreError(resultCode: result, connection: connection.handle)
        }
        self.connection = connection
        handle = prepared
    }

    deinit {
        sqlite3_finalize(handle)
    }

    /// Moves to the next row; false when there is none.
    func step() throws(StoreError) -> Bool {
        let result = sqlite3_step(handle)
        if result == SQLITE_ROW { return true }
        guard result == SQLITE_DONE else { throw StoreError(resultCode: result, connection: connection.handle) }
        return false
    }

    /// Makes the statement ready for its next run. What a failed step said has been thrown by then.
    func reset() {
        sqlite3_reset(handle)
    }

    /// Runs a statement that answers nothing.
    func run() throws(StoreError) {
        defer { reset() }
        _ = try step()
    }

    // MARK: Parameters

    func bind(_ index: Int32, _ value: Int64) throws(StoreError) {
        try check(sqlite3_bind_int64(handle, index, value))
    }

    func bindNull(_ index: Int32) throws(StoreError) {
        try check(sqlite3_bind_null(handle, index))
    }

    func bind(_ index: Int32, _ text: String?) throws(StoreError) {
        guard var text else { return try bindNull(index) }
        try check(text.withUTF8 { bindText(index, UnsafeRawBufferPointer($0)) })
    }

    func bind(_ index: Int32, _ text: JSONText?) throws(StoreError) {
        guard let text else { return try bindNull(index) }
        try check(text.bytes.withUnsafeReadableBytes { bindText(index, $0) })
    }

    func bindBlob(_ index: Int32, _ bytes: UnsafeRawBufferPointer) throws(StoreError) {
        // A blob without bytes needs an address all the same, or else SQLite takes it for NULL.
        let result =
            bytes.isEmpty
            ? sqlite3_bind_zeroblob(handle, index, 0)
            : sqlite3_bind_blob64(handle, index, bytes.baseAddress, UInt64(bytes.count), csqlite_transient())
        try check(result)
    }

    /// Binds 16 bytes, big-endian.
    func bind(_ index: Int32, high: UInt64, low: UInt64) throws(StoreError) {
        let halves = (high.bigEndian, low.bigEndian)
        try check(
            withUnsafeBytes(of: halves) {
                sqlite3_bind_blob64(handle, index, $0.baseAddress, UInt64($0.count), csqlite_transient())
            })
    }

    private func bindText(_ index: Int32, _ bytes: UnsafeRawBufferPointer) -> Int32 {
        guard let base = bytes.baseAddress, !bytes.isEmpty else {
            return sqlite3_bind_text(handle, index, "", 0, csqlite_transient())
        }
        let characters = base.assumingMemoryBound(to: CChar.self)
        return sqlite3_bind_text64(
            handle, index, characters, UInt64(bytes.count), csqlite_transient(), UInt8(SQLITE_UTF8))
    }

    private func check(_ result: Int32) throws(StoreError) {
        guard result == SQLITE_OK else { throw StoreError(resultCode: result, connection: connection.handle) }
    }

    /// The number in the first column of the only row.
    func single() throws(StoreError) -> Int64 {
        defer { reset() }
        guard try step() else { throw StoreError(.unusable, "The database is damaged.", cause: "a row is missing") }
        return integer(0)
    }

    // MARK: Columns

    func integer(_ column: Int32) -> Int64 { sqlite3_column_int64(handle, column) }

    func isNull(_ column: Int32) -> Bool { sqlite3_column_type(handle, column) == SQLITE_NULL }

    /// The bytes of a text, good until the statement is stepped or reset; nil for NULL.
    func text(_ column: Int32) -> UnsafeRawBufferPointer? {
        guard let start = sqlite3_column_text(handle, column) else { return nil }
        return UnsafeRawBufferPointer(start: start, count: Int(sqlite3_column_bytes(handle, column)))
    }

    /// The bytes of a blob, good until the statement is stepped or reset; none for NULL.
    func blob(_ column: Int32) -> UnsafeRawBufferPointer {
        let start = sqlite3_column_blob(handle, column)
        return UnsafeRawBufferPointer(start: start, count: Int(sqlite3_column_bytes(handle, column)))
    }

    /// A copy of a text; empty for NULL.
    func string(_ column: Int32) -> String {
        text(column).map { String(decoding: $0, as: UTF8.self) } ?? ""
    }
}
