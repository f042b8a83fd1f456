/// The values of a statement's `$1`, `$2`, …, encoded into one piece of memory as they are appended.
///
/// Values go in PostgreSQL's binary format and with their types, so that nothing is escaped and nothing is parsed again.
public struct PostgresParameters: Sendable {
    struct Cell: Sendable {
        var offset: Int
        /// Negative for NULL.
        var length: Int32
        var isText = false
    }

    /// One parameter after the other, each with a NUL behind it: libpq reads literals up to it, and empty values need an address.
    private(set) var bytes: [UInt8] = []
    private(set) var cells: [Cell] = []
    private(set) var types: [UInt32] = []

    /// No parameters.
    public init() {}

    /// How many there are.
    public var count: Int { cells.count }

    /// Makes room for so many more bytes.
    public mutating func reserve(bytes count: Int) {
        bytes.reserveCapacity(bytes.count + count)
    }

    /// NULL.
    public mutating func appendNull(_ type: PostgresType = .inferred) {
        cells.append(Cell(offset: bytes.count, length: -1))
        types.append(type.rawValue)
        bytes.append(0)
    }

    /// Text.
    ///
    /// - Throws: `invalidArgument` where it holds a NUL, which PostgreSQL cannot store.
    public mutating func append(_ text: String, as type: PostgresType = .text) throws(PostgresError) {
        var text = text
        let start = bytes.count
        text.withUTF8 { bytes.append(contentsOf: $0) }
        try endText(from: start, as: type)
    }

    /// Text or JSON from its UTF-8 bytes; the server refuses what is not UTF-8.
    ///
    /// - Throws: `invalidArgument` where it holds a NUL. (`json` takes the six characters `\u0000`.)
    public mutating func append(utf8 text: UnsafeRawBufferPointer, as type: PostgresType = .text) throws(PostgresError)
    {
        let start = bytes.count
        bytes.append(contentsOf: text)
        try endText(from: start, as: type)
    }

    /// A value as SQL would write it between quotes (`2026-01-31`, `{1,2}`), of any type.
    ///
    /// - Throws: `invalidArgument` where it holds a NUL.
    public mutating func append(literal: String, as type: PostgresType = .inferred) throws(PostgresError) {
        try append(literal, as: type)
        cells[cells.count - 1].isText = true
    }

    /// `bytea`.
    public mutating func append(bytes value: UnsafeRawBufferPointer) {
        let start = bytes.count
        bytes.append(contentsOf: value)
        end(from: start, as: .bytea)
    }

    /// `bigint`.
    public mutating func append(_ value: Int64) {
        let start = bytes.count
        bytes.append(bigEndian: value)
        end(from: start, as: .int8)
    }

    /// `integer`.
    public mutating func append(_ value: Int32) {
        let start = bytes.count
        bytes.append(bigEndian: value)
        end(from: start, as: .int4)
    }

    /// `timestamptz`, from microseconds since 1970; what PostgreSQL cannot count becomes infinite.
    public mutating func append(timestamp microseconds: Int64) {
        let start = bytes.count
        bytes.append(bigEndian: PostgresEpoch.encode(microseconds))
        end(from: start, as: .timestamptz)
    }

    /// `boolean`.
    public mutating func append(_ value: Bool) {
        bytes.append(value ? 1 : 0)
        end(from: bytes.count - 1, as: .bool)
    }

    /// `uuid`, from its first and its last eight bytes.
    public mutating func append(uuid high: UInt64, _ low: UInt64) {
        let start = bytes.count
        bytes.append(bigEndian: high)
        bytes.append(bigEndian: low)
        end(from: start, as: .uuid)
    }

    /// An array, for `unnest($1)` and `= ANY ($1)`.
    public mutating func append(_ array: PostgresArray) {
        let start = bytes.count
        array.encode(into: &bytes)
        end(from: start, as: array.type)
    }

    private mutating func endText(from start: Int, as type: PostgresType) throws(PostgresError) {
        guard !bytes.hasNUL(from: start) else {
            bytes.removeSubrange(start...)
            throw PostgresError(.invalidArgument, "Text with a NUL cannot be stored.")
        }
        end(from: start, as: type)
    }

    private mutating func end(from start: Int, as type: PostgresType) {
        cells.append(Cell(offset: start, length: Int32(clamping: bytes.count - start)))
        types.append(type.rawValue)
        bytes.append(0)
    }
}
