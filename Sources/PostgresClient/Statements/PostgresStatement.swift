#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// One SQL statement with its parameters.
public struct PostgresStatement: Sendable {
    /// How values come back.
    public enum Format: Int32, Sendable {
        case text = 0
        case binary = 1
    }

    /// One statement, with `$1`, `$2`, … for its parameters. Never text from outside: values are parameters.
    public var sql: String
    /// The values of `$1`, `$2`, …
    public var parameters: PostgresParameters
    /// How values come back.
    public var format: Format
    /// Whether the statement is worth preparing. False for one that runs rarely, and for one that cannot be prepared before its request
    /// because it reads what an earlier statement of the request makes.
    public var isPrepared: Bool

    /// A statement of its parts.
    public init(
        _ sql: String, _ parameters: PostgresParameters = PostgresParameters(), format: Format = .binary,
        isPrepared: Bool = true
    ) {
        self.sql = sql
        self.parameters = parameters
        self.format = format
        self.isPrepared = isPrepared
    }

    /// - Throws: `invalidArgument` for what libpq or the protocol cannot carry.
    func check() throws(PostgresError) {
        guard !sql.hasNUL else { throw PostgresError(.invalidArgument, "A statement holds a NUL.") }
        guard parameters.count <= 65_535 else {
            throw PostgresError(.invalidArgument, "A statement has more than 65,535 parameters.")
        }
        guard parameters.bytes.count < 1 << 30 else {
            throw PostgresError(.invalidArgument, "A statement's parameters take more than a gigabyte.")
        }
    }
}

extension String {
    /// Whether U+0000 is in it. Statements are long, and sent often: this reads them a block at a time.
    fileprivate var hasNUL: Bool {
        var text = self
        return text.withUTF8 { utf8 in utf8.baseAddress.map { memchr($0, 0, utf8.count) != nil } ?? false }
    }
}
