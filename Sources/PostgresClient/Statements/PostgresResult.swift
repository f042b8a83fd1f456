import CPostgres

/// What one statement gave: its rows, as libpq received them, and how many rows it touched.
///
/// Reading copies nothing. The rows stay as long as the result does, and may be read by several tasks at a time.
public final class PostgresResult: @unchecked Sendable {
    // Not changed after it was received; libpq's accessors only read it.
    private let pointer: OpaquePointer
    private let rows: PostgresRows

    /// How many rows there are.
    public var rowCount: Int { rows.count }
    /// How many columns each row has.
    public var columnCount: Int { rows.columnCount }
    /// Whether values come in the binary format.
    var isBinary: Bool { rows.isBinary }

    /// Takes over a result and clears it in the end.
    init(_ pointer: OpaquePointer) {
        self.pointer = pointer
        rows = PostgresRows(pointer)
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
    public func isNull(_ row: Int, _ column: Int) -> Bool { rows.isNull(row, column) }

    /// A smallint, integer or bigint; nil for NULL and what is none.
    public func integer(_ row: Int, _ column: Int) -> Int64? { rows.integer(row, column) }

    /// A uuid in the binary format by its first and its last eight bytes; nil for NULL and what is none.
    public func uuid(_ row: Int, _ column: Int) -> (high: UInt64, low: UInt64)? { rows.uuid(row, column) }

    /// Lends a value's bytes, in the format that the statement asked for; nil for NULL and out of range. They must not be kept.
    public func withBytes<Value, Failure: Error>(
        _ row: Int, _ column: Int, _ read: (UnsafeRawBufferPointer?) throws(Failure) -> Value
    ) throws(Failure) -> Value {
        defer { withExtendedLifetime(self) {} }
        return try read(rows.bytes(row, column))
    }

    /// Lends all rows, to whoever reads many values. They must not be kept.
    public func withRows<Value, Failure: Error>(
        _ read: (PostgresRows) throws(Failure) -> Value
    ) throws(Failure) -> Value {
        defer { withExtendedLifetime(self) {} }
        return try read(rows)
    }
}
