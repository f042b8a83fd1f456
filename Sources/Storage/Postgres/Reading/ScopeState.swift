import Domain
import Kernel
import PostgresClient

/// What a transaction saw of the clock and of a reader's scopes, before it read the page.
struct ScopeState: Sendable {
    /// The change clock: every place given out is at or before it. It is no cursor: a crash takes back what was drawn and not committed.
    let clock: Int64
    /// The last place that the app has in the reader's scopes, own rows included; 0 where it has none, or none after the cursor. Within a scope commits are in
    /// the clock's order, so whatever comes later has a later place: a cursor there misses nothing. After a cursor that is ahead of the clock: the last of all.
    let reach: Int64

    /// Reads what ``statement(for:role:)`` gave.
    init(_ result: PostgresResult) {
        let places = result.integers(0, 0) ?? []
        let microseconds = places.map { $0.map(PostgresTime.unixMicroseconds(of:)) ?? 0 }
        clock = microseconds.first ?? 0
        reach = microseconds.count > 1 ? microseconds[1] : 0
    }

    /// Reads the columns `clock` and `reach`.
    init(_ result: PostgresResult, clockColumn: Int, reachColumn: Int) {
        clock = result.integer(0, clockColumn) ?? 0
        reach = result.integer(0, reachColumn).map(PostgresTime.unixMicroseconds(of:)) ?? 0
    }

    /// Whether a cursor is one that no server of this log can have given.
    func isAhead(_ cursor: Cursor) -> Bool { cursor.time.microseconds > max(clock, reach) }

    /// The last place as a cursor.
    var reachedCursor: Cursor { Cursor(UnixTime(microseconds: reach)) }

    /// The statement that begins a reading transaction, for one user.
    static func statement(for query: ChangeQuery, role: String?) throws(PostgresError) -> PostgresStatement {
        var parameters = PostgresParameters()
        try parameters.append(optional: role)
        try parameters.append(query.user.text)
        try parameters.append(query.app.text)
        parameters.append(place: query.after)
        return PostgresStatement(sql, parameters)
    }

    /// The statement that begins a further transaction of a page.
    static func entering(_ query: ChangeQuery, role: String?) throws(PostgresError) -> PostgresStatement {
        query.includesSpaces ? try SharedScopes.reading(query, role: role) : try statement(for: query, role: role)
    }

    private static let sql = """
        SELECT sync_read_state($1, $2, $3, $4, '\(TransactionLimits.lock)', '\(TransactionLimits.statement)')
        """
}

extension PostgresParameters {
    /// A cursor's place in microseconds. Cursors further ahead than any clock would not fit PostgreSQL's arithmetic; they are mended anyway.
    mutating func append(place cursor: Cursor) { append(min(cursor.time.microseconds, 1 << 53)) }
}
