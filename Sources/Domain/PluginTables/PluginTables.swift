/// An owner's tables. Good from its plugin's start to its stop.
///
/// The same text runs on both engines where it keeps to what both know: `$1`, `$2`, … for values, `INSERT … ON CONFLICT … DO NOTHING` or
/// `DO UPDATE`, `RETURNING`, `CAST(… AS bigint)`, `LIMIT`. It is made for the few statements of an operator's work, not for a request's hot path: on
/// SQLite it takes its turn with the pushes.
public protocol PluginTables: Sendable {
    /// Runs statements in order as one transaction: all of them take place, or none.
    ///
    /// There is no dialogue within a transaction, on purpose: it would hold the writer, or locks, while somebody thinks. What depends on what was
    /// read is written on the condition that it still holds (a unique key and `ON CONFLICT DO NOTHING`, or a `WHERE`), and ``PluginRows/changed``
    /// says whether it did. On PostgreSQL each statement sees what was committed before it began (READ COMMITTED).
    ///
    /// - Returns: what each statement gave. All rows are in memory: bound them by `LIMIT`.
    /// - Throws: `unavailable` also where nobody knows whether the transaction took place (the connection was lost while it ended): write so that a
    ///   repetition does no harm. `internalFault` for a statement that the database refuses.
    func run(_ statements: [PluginStatement]) async throws(StoreError) -> [PluginRows]
}

extension PluginTables {
    /// Runs one statement as a transaction of its own.
    @discardableResult
    public func run(_ statement: PluginStatement) async throws(StoreError) -> PluginRows {
        try await run([statement]).first ?? PluginRows(rows: [], changed: 0)
    }
}

/// A statement with its values.
public struct PluginStatement: Sendable {
    /// One statement, with `$1`, `$2`, … for its values. Never text from outside.
    public let sql: String
    /// The values of `$1`, `$2`, …
    public let values: [PluginValue]

    /// A statement of its parts.
    public init(_ sql: String, _ values: PluginValue...) {
        self.sql = sql
        self.values = values
    }

    /// A statement of its parts.
    public init(_ sql: String, values: [PluginValue]) {
        self.sql = sql
        self.values = values
    }
}

/// A value of a column, as both engines have it. Times are microseconds since 1970, JSON is text, a boolean is 0 or 1.
public enum PluginValue: Hashable, Sendable {
    case null
    /// SQLite's INTEGER; PostgreSQL's bigint, and integer, smallint or boolean when read.
    case integer(Int64)
    /// SQLite's TEXT, PostgreSQL's text or json; without U+0000.
    case text(String)
    /// SQLite's BLOB, PostgreSQL's bytea.
    case bytes([UInt8])

    /// Text, or NULL.
    public static func text(_ text: String?) -> PluginValue { text.map { .text($0) } ?? .null }

    /// A number, or NULL.
    public static func integer(_ number: Int64?) -> PluginValue { number.map { .integer($0) } ?? .null }

    /// The number, if it is one.
    public var integer: Int64? {
        if case .integer(let number) = self { number } else { nil }
    }

    /// The text, if it is one.
    public var text: String? {
        if case .text(let text) = self { text } else { nil }
    }

    /// The bytes, if they are some.
    public var bytes: [UInt8]? {
        if case .bytes(let bytes) = self { bytes } else { nil }
    }
}

/// What a statement gave.
public struct PluginRows: Sendable {
    /// Its rows, each with the values of its columns in order.
    public let rows: [[PluginValue]]
    /// How many rows it inserted, updated or deleted. Meaningless for a `SELECT`.
    public let changed: Int

    /// What an engine read.
    public init(rows: [[PluginValue]], changed: Int) {
        self.rows = rows
        self.changed = changed
    }
}
