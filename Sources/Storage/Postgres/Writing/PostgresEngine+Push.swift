import Domain
import Kernel
import PostgresClient
import StorageShared

extension PostgresEngine {
    /// Stores a push and reads the page, in one round trip where no row of the page is bulky and nothing is to be inherited.
    func store<Sink: ChangeSink>(
        _ push: Push, thenReading query: ChangeQuery, into sink: Sink
    ) async throws(StoreError) -> (PushOutcome, ChangePage<Sink>) {
        await purgeReceiptsWhereDue()
        let began = ContinuousClock.now
        // The same ids in each attempt: an attempt that went in unnoticed is found again by them.
        let columns = try Self.translating { () throws(PostgresError) in try ChangeColumns(push.changes, now: time.now)
        }
        // Rows that are left out afterwards have to leave a page of others.
        let asked = PageShape.rows(for: query, more: query.client == nil ? push.changes.count : 0)
        let member = PushGroups.Member(
            locks: ScopeLocks(of: push), reader: query.includesSpaces ? push.user : nil, changes: push.changes.count
        ) { [self] hold throws(PostgresError) in
            let store = try PushStatement.make(push, columns: columns, role: role, now: wallClock, hold: hold)
            let page = try PageShape.statement(for: query, rows: asked, form: form)
            return query.includesSpaces ? [store, try SharedScopes.seeing(query), page] : [store, page]
        }
        let (results, wasUnsure) = try await storeInTurn(member)
        metrics.pushEnded(took: began.duration(to: .now))
        let stored = try PushStatement.outcome(of: push, in: results[0])
        // Where an earlier attempt may have gone in, this one found its changes: nobody has told of them.
        notices.post((wasUnsure ? WrittenTables(of: push) : stored.tables).notices(of: push))
        let own = query.client == nil ? stored.changes : OwnChanges()
        guard query.includesSpaces else {
            let state = ScopeState(results[0], clockColumn: 3, reachColumn: 4)
            let rows = FetchedRows(results[1], asked: asked, leavingOut: own)
            return (stored.outcome, try await page(query, state: state, rows: rows, into: sink))
        }
        let scopes = SharedScopes(results[1])
        let page = try await page(query, scopes, results[2], asked: asked, leavingOut: own, into: sink)
        guard scopes.isInheriting, !page.hasMore else { return (stored.outcome, page) }
        try await inherit(query)
        return (stored.outcome, try await readShared(query, leavingOut: own, into: sink))
    }
}
