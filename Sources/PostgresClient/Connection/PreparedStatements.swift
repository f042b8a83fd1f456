/// What one connection has prepared.
struct PreparedStatements {
    /// The same text with other types is another statement.
    struct Key: Hashable {
        let sql: String
        let types: [UInt32]

        init(_ statement: PostgresStatement) {
            sql = statement.sql
            types = statement.parameters.types
        }
    }

    /// One prepared statement. Until its answer came it is taken to be fine; if it was not, those that were sent behind it say why.
    final class Entry {
        let key: Key
        let name: String
        var failure: PostgresError?
        var isConfirmed = false

        init(key: Key, name: String) {
            self.key = key
            self.name = name
        }
    }

    private let limit: Int
    private var entries: [Key: Entry] = [:]
    private var made = 0

    init(limit: Int) { self.limit = limit }

    /// What is prepared, or being prepared.
    func entry(for statement: PostgresStatement) -> Entry? {
        entries[Key(statement)]
    }

    /// An entry under a name that was never used; nil at the bound.
    mutating func add(_ statement: PostgresStatement) -> Entry? {
        guard entries.count < limit else { return nil }
        let entry = Entry(key: Key(statement), name: "p\(made)")
        made += 1
        entries[entry.key] = entry
        return entry
    }

    /// Forgets an entry that failed or grew stale.
    mutating func remove(_ entry: Entry) {
        if entries[entry.key] === entry { entries[entry.key] = nil }
    }

    /// Forgets what a statement was prepared as.
    mutating func remove(_ statement: PostgresStatement) {
        entries[Key(statement)] = nil
    }
}
