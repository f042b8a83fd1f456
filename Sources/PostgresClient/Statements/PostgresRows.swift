import CPostgres

/// The rows of a result that somebody else holds: a value of plain words, so that reading a cell counts no references.
///
/// They are good only as long as the result is held; ``PostgresResult/withRows(_:)`` lends them for a call.
public struct PostgresRows {
    private let pointer: OpaquePointer
    /// How many rows there are.
    public let count: Int
    /// How many columns each row has.
    public let columnCount: Int
    /// Whether values come in the binary format: a statement asks for one format for all of its columns.
    let isBinary: Bool

    init(_ pointer: OpaquePointer) {
        self.pointer = pointer
        count = Int(PQntuples(pointer))
        columnCount = Int(PQnfields(pointer))
        isBinary = PQbinaryTuples(pointer) == 1
    }

    /// Whether a value is NULL, or out of range.
    public func isNull(_ row: Int, _ column: Int) -> Bool {
        !contains(row, column) || PQgetisnull(pointer, Int32(row), Int32(column)) == 1
    }

    /// A value's bytes, in the format that the statement asked for; nil for NULL and out of range.
    public func bytes(_ row: Int, _ column: Int) -> UnsafeRawBufferPointer? {
        guard contains(row, column), let start = PQgetvalue(pointer, Int32(row), Int32(column)) else { return nil }
        let length = Int(PQgetlength(pointer, Int32(row), Int32(column)))
        // NULL has the length 0, too.
        guard length > 0 || PQgetisnull(pointer, Int32(row), Int32(column)) == 0 else { return nil }
        return UnsafeRawBufferPointer(start: start, count: length)
    }

    /// A smallint, integer or bigint; nil for NULL and what is none.
    public func integer(_ row: Int, _ column: Int) -> Int64? {
        guard let bytes = bytes(row, column) else { return nil }
        guard isBinary else { return Int64(String(decoding: bytes, as: UTF8.self)) }
        return switch bytes.count {
        case 8: Int64(bigEndian: bytes.loadUnaligned(as: Int64.self))
        case 4: Int64(Int32(bigEndian: bytes.loadUnaligned(as: Int32.self)))
        case 2: Int64(Int16(bigEndian: bytes.loadUnaligned(as: Int16.self)))
        default: nil
        }
    }

    /// A uuid in the binary format by its first and its last eight bytes; nil for NULL and what is none.
    public func uuid(_ row: Int, _ column: Int) -> (high: UInt64, low: UInt64)? {
        guard isBinary, let bytes = bytes(row, column), bytes.count == 16 else { return nil }
        return (
            UInt64(bigEndian: bytes.loadUnaligned(as: UInt64.self)),
            UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
        )
    }

    private func contains(_ row: Int, _ column: Int) -> Bool {
        row >= 0 && row < count && column >= 0 && column < columnCount
    }
}
