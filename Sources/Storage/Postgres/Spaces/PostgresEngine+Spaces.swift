import Domain
import Kernel
import PostgresClient
import StorageShared

/// Pushes and pages of members of spaces (decision 13).
extension PostgresEngine {
    /// How often a page that comes to the end of what was inherited so far goes on to inherit, before it is answered as it is.
    private static let mostInheritances = 8
    /// How many rows one transaction looks at that gives inherited ones their places.
    static let inheritedAtOnce: Int64 = 4096

    /// Stores a push and reads the page, in one round trip where no row of the page is bulky and nothing is to be inherited.
    func storeShared<Sink: ChangeSink>(
        _ push: Push, thenReading query: ChangeQuery, into sink: Sink
    ) async throws(StoreError) -> (PushOutcome, ChangePage<Sink>) {
        await purgeReceiptsWhereDue()
        let began = ContinuousClock.now
        let columns = try Self.translating { () throws(PostgresError) in try ChangeColumns(push.changes, now: time.now)
        }
        let asked = PageShape.rows(for: query, more: query.client == nil ? push.changes.count : 0)
        let (results, wasUnsure) = try await transaction { [self] () throws(PostgresError) in
            [
                try SharedScopes.storing(push, role: role, now: wallClock?.microseconds, slack: clock.slack),
                // The clock is held by now, and has been moved if that was due.
                try PushStatement.make(
                    push, columns: columns, role: role, now: wallClock, slack: .max / 2, locks: .none),
                try SharedScopes.seeing(query),
                try PageShape.statement(for: query, rows: asked, form: form),
            ]
        }
        clock.pushWasStored(leftBehind: results[0].boolean(0, 0) == true)
        metrics.pushEnded(took: began.duration(to: .now))
        let stored = try PushStatement.outcome(of: push, in: results[1])
        notices.post((wasUnsure ? WrittenTables(of: push) : stored.tables).notices(of: push))
        let own = query.client == nil ? stored.changes : OwnChanges()
        let scopes = SharedScopes(results[2])
        let page = try await page(query, scopes, results[3], asked: asked, leavingOut: own, into: sink)
        guard query.includesSpaces, scopes.isInheriting, !page.hasMore else { return (stored.outcome, page) }
        try await inherit(query)
        return (stored.outcome, try await readShared(query, leavingOut: own, into: sink))
    }

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

    private func page<Sink: ChangeSink>(
        _ query: ChangeQuery, _ scopes: SharedScopes, _ rows: PostgresResult, asked: Int, leavingOut own: OwnChanges,
        into sink: Sink
    ) async throws(StoreError) -> ChangePage<Sink> {
        let end = scopes.isInheriting ? scopes.state.reach : .max
        let rows = FetchedRows(rows, asked: asked, leavingOut: own, upTo: end)
        var page = try await page(query, state: scopes.state, rows: rows, into: sink)
        page.spaces = scopes.spaces
        return page
    }

    private func inherit(_ query: ChangeQuery) async throws(StoreError) {
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
