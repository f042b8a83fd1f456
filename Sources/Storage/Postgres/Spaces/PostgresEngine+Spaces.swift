import Domain
import Kernel
import PostgresClient
import StorageShared

/// Pages of members of spaces (decision 13).
extension PostgresEngine {
    /// How often a page that comes to the end of what was inherited so far goes on to inherit, before it is answered as it is.
    private static let mostInheritances = 8
    /// How many rows one transaction looks at that gives inherited ones their places.
    static let inheritedAtOnce: Int64 = 4096

    /// Reads a page, and goes on to inherit where it is short for want of that.
    func readShared<Sink: ChangeSink>(
        _ query: ChangeQuery, leavingOut own: OwnChanges = OwnChanges(), into sink: Sink
    ) async throws(StoreError) -> ChangePage<Sink> {
        let asked = PageShape.rows(for: query, more: own.count)
        for inheritances in 0... {
            let began = ContinuousClock.now
            let (results, _) = try await transaction { [self] () throws(PostgresError) in
                [
                    try SharedScopes.reading(query, role: role),
                    try PageShape.statement(for: query, rows: asked, form: form),
                ]
            }
            metrics.readEnded(took: began.duration(to: .now))
            let scopes = SharedScopes(results[0])
            var page = try await page(query, scopes, results[1], asked: asked, leavingOut: own, into: sink)
            guard scopes.isInheriting, !page.hasMore else { return page }
            guard inheritances < Self.mostInheritances else {
                page.hasMore = true
                return page
            }
            try await inherit(query)
        }
        throw StoreError(.internalFault, "An inheritance came to no end.")
    }

    /// Makes a page of the rows that its transaction gave, up to where rows are inherited.
    func page<Sink: ChangeSink>(
        _ query: ChangeQuery, _ scopes: SharedScopes, _ rows: PostgresResult, asked: Int, leavingOut own: OwnChanges,
        into sink: Sink
    ) async throws(StoreError) -> ChangePage<Sink> {
        let end = scopes.isInheriting ? scopes.state.reach : .max
        let rows = FetchedRows(rows, asked: asked, leavingOut: own, upTo: end)
        var page = try await page(query, state: scopes.state, rows: rows, into: sink)
        page.spaces = scopes.spaces
        return page
    }

    /// Gives places to the next rows that the reader inherits.
    func inherit(_ query: ChangeQuery) async throws(StoreError) {
        _ = try await transaction { [role] () throws(PostgresError) in
            var parameters = PostgresParameters()
            try parameters.append(optional: role)
            try parameters.append(query.user.text)
            try parameters.append(query.app.text)
            parameters.append(ScopeLocks.key(of: query.user))
            return [
                PostgresStatement(
                    """
                    SELECT sync_inherit($1, $2, $3, $4, \(Self.inheritedAtOnce), '\(TransactionLimits.lock)', \
                    '\(TransactionLimits.statement)')
                    """, parameters)
            ]
        }
    }
}
