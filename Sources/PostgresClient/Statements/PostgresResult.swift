import CPostgres

/// What one statement gave: its rows, as libpq received them, and how many rows it touched.
///
/// Reading copies nothing. The rows stay as long as the result does, and may be read by several tasks at a time.
public final class PostgresResult: @unchecked Sendable {
    // Not changed after it was received; libpq's accessors only read it.
    private let pointer: OpaquePointer

    /// How many rows there are.
    public let rowCount: Int
    /// How many columns each row has.
    public let columnCount: Int

    /// Takes over a result and clears it in the end.
    init(_ pointer: OpaquePointer) {
        self.pointer = pointer
        rowCount = Int(PQntuples(pointer))
        columnCount = Int(PQnfields(pointer))
    }

    deinit { PQclear(pointer) }

    /// How many rows an INSERT, UPDATE, DELETE or SELECT touched; 0 for other statements.
    public var affectedRows: Int {
        guard let text = PQcmdTuples(pointer) else { return 0 }
        return Int(String(cString: text)) ?? 0
    }

    /// Where a column of this name is; nil without one.
    public func column(named name: String) -> Int? {
        let column = PQfnumber(pointer, name)
        return column < 0 ? nil : Int(column)
    }

    /// The type of a column's values.
    public func type(of column: Int) -> PostgresType {
        PostgresType(rawValue: PQftype(pointer, Int32(column)))
    }

    /// Whether a value is NULL, or out of range.
    public func isNull(_ row: Int, _ column: Int) -> Bool {
        !contains(row, column) || PQgetisnull(pointer, Int32(row), Int32(column)) == 1
    }

    /// Lends a value's bytes, in the format that the statement asked for; nil for NULL and out of range. They must not be kept.
    public func withBytes<Value, Failure: Error>(
        _ row: Int, _ column: Int, _ read: (UnsafeRawBufferPointer?) throws(Failure) -> Value
    ) throws(Failure) -> Value {
        try read(unsafeBytes(row, column))
    }

    /// A value's bytes, in the format that the statement asked for; nil for NULL and out of range. They are good only as long as somebody holds the result.
    public func unsafeBytes(_ row: Int, _ column: Int) -> UnsafeRawBufferPointer? {
        guard !isNull(row, column), let start = PQgetvalue(pointer, Int32(row), Int32(column)) else { return nil }
        return UnsafeRawBufferPointer(start: start, count: Int(PQgetlength(pointer, Int32(row), Int32(column))))
    }

    /// Whether a column comes in the binary format.
    func isBinary(_ column: Int) -> Bool {
        PQfformat(pointer, Int32(column)) == 1
    }

    private func contains(_ row: Int, _ column: Int) -> Bool {
        row >= 0 && row < rowCount && column >= 0 && column < columnCount
    }
}
