/// A one-dimensional array that is filled element by element: a column of many rows for `unnest($1)`, or a set for `= ANY ($1)`.
public struct PostgresArray: Sendable {
    /// The array's own type.
    let type: PostgresType
    private let element: PostgresType
    private var elements: [UInt8] = []
    private var hasNull = false
    /// How many elements there are.
    public private(set) var count = 0

    /// An empty array.
    ///
    /// - Throws: `invalidArgument` for a type whose array type this module does not know.
    public init(of element: PostgresType) throws(PostgresError) {
        guard let type = element.array else {
            throw PostgresError(.invalidArgument, "There is no known array over the type \(element.rawValue).")
        }
        self.element = element
        self.type = type
    }

    /// NULL.
    public mutating func appendNull() {
        elements.append(bigEndian: Int32(-1))
        hasNull = true
        count += 1
    }

    /// Text.
    ///
    /// - Throws: `invalidArgument` where it holds a NUL.
    public mutating func append(_ text: String) throws(PostgresError) {
        var text = text
        let start = begin()
        text.withUTF8 { elements.append(contentsOf: $0) }
        try endText(from: start)
    }

    /// Text or JSON from its UTF-8 bytes.
    ///
    /// - Throws: `invalidArgument` where it holds a NUL.
    public mutating func append(utf8 text: UnsafeRawBufferPointer) throws(PostgresError) {
        let start = begin()
        elements.append(contentsOf: text)
        try endText(from: start)
    }

    /// `bytea`.
    public mutating func append(bytes value: UnsafeRawBufferPointer) {
        let start = begin()
        elements.append(contentsOf: value)
        end(from: start)
    }

    /// `bigint`.
    public mutating func append(_ value: Int64) {
        let start = begin()
        elements.append(bigEndian: value)
        end(from: start)
    }

    /// `integer`.
    public mutating func append(_ value: Int32) {
        let start = begin()
        elements.append(bigEndian: value)
        end(from: start)
    }

    /// `timestamptz`, from microseconds since 1970; what PostgreSQL cannot count becomes infinite.
    public mutating func append(timestamp microseconds: Int64) {
        let start = begin()
        elements.append(bigEndian: PostgresEpoch.encode(microseconds))
        end(from: start)
    }

    /// `boolean`.
    public mutating func append(_ value: Bool) {
        let start = begin()
        elements.append(value ? 1 : 0)
        end(from: start)
    }

    /// `uuid`, from its first and its last eight bytes.
    public mutating func append(uuid high: UInt64, _ low: UInt64) {
        let start = begin()
        elements.append(bigEndian: high)
        elements.append(bigEndian: low)
        end(from: start)
    }

    /// Writes the binary form (PostgreSQL's sources, array_recv): dimensions, whether there are NULLs, the element's type, length and lower bound.
    func encode(into bytes: inout [UInt8]) {
        bytes.append(bigEndian: Int32(count == 0 ? 0 : 1))
        bytes.append(bigEndian: Int32(hasNull ? 1 : 0))
        bytes.append(bigEndian: element.rawValue)
        guard count > 0 else { return }
        bytes.append(bigEndian: Int32(count))
        bytes.append(bigEndian: Int32(1))
        bytes.append(contentsOf: elements)
    }

    private mutating func begin() -> Int {
        elements.append(bigEndian: Int32(0))
        return elements.count
    }

    private mutating func end(from start: Int) {
        elements.overwrite(bigEndian: Int32(clamping: elements.count - start), at: start - 4)
        count += 1
    }

    private mutating func endText(from start: Int) throws(PostgresError) {
        guard !elements.hasNUL(from: start) else {
            elements.removeSubrange((start - 4)...)
            throw PostgresError(.invalidArgument, "Text with a NUL cannot be stored.")
        }
        end(from: start)
    }
}
