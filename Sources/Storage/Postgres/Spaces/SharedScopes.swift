import Domain
import PostgresClient

/// What a transaction of a member of spaces saw under its locks, before it read the page (decision 13).
struct SharedScopes: Sendable {
    /// The change clock, and the last place in the reader's scopes.
    let state: ScopeState
    /// The spaces that are granted to the reader.
    let spaces: Set<SpaceID>
    /// Whether rows are to be inherited that have no places yet: then a page goes up to the last that has.
    let isInheriting: Bool

    /// Reads the columns `clock`, `spaces`, `reach` and `is_inheriting`.
    init(_ result: PostgresResult) {
        state = ScopeState(result, clockColumn: 0, reachColumn: 2)
        isInheriting = result.boolean(0, 3) == true
        spaces = Set((result.texts(0, 1) ?? []).compactMap { $0.map { SpaceID($0) } })
    }

    /// Begins a transaction that reads.
    static func reading(_ query: ChangeQuery, role: String?) throws(PostgresError) -> PostgresStatement {
        var parameters = PostgresParameters()
        try parameters.append(optional: role)
        try parameters.append(query.user.text)
        try parameters.append(query.app.text)
        parameters.append(place: query.after)
        try ScopeLocks(ofReader: query.user).append(to: &parameters)
        return PostgresStatement(
            """
            SELECT clock, spaces, reach, is_inheriting \
            FROM sync_read_scopes($1, $2, $3, $4, '\(TransactionLimits.lock)', '\(TransactionLimits.statement)', $5, $6)
            """, parameters)
    }

    /// Shows the scopes to the rest of a transaction that stored a push.
    static func seeing(_ query: ChangeQuery) throws(PostgresError) -> PostgresStatement {
        var parameters = PostgresParameters()
        try parameters.append(query.user.text)
        try parameters.append(query.app.text)
        parameters.append(place: query.after)
        return PostgresStatement(
            "SELECT clock, spaces, reach, is_inheriting FROM sync_see_scopes($1, $2, $3)", parameters)
    }
}
