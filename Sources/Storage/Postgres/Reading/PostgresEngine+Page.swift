import Domain
import PostgresClient

extension PostgresEngine {
    /// Reads a page, through the reader's grants where the query includes them.
    func page<Sink: ChangeSink>(_ query: ChangeQuery, into sink: Sink) async throws(StoreError) -> ChangePage<Sink> {
        query.includesSpaces ? try await readShared(query, into: sink) : try await read(query, into: sink)
    }

    /// Makes a page of the rows that its transaction gave, and fetches what they leave open.
    func page<Sink: ChangeSink>(
        _ query: ChangeQuery, state: ScopeState, rows: FetchedRows, into sink: Sink
    ) async throws(StoreError) -> ChangePage<Sink> {
        guard !state.isAhead(query.after) else {
            return ChangePage(sink: sink, count: 0, until: state.reachedCursor, hasMore: false)
        }
        var rows = rows
        let bulky = rows.bulkyIDs(within: query.byteLimit)
        if !bulky.isEmpty {
            let (results, _) = try await transaction { [role, form] () throws(PostgresError) in
                [
                    try ScopeState.entering(query, role: role),
                    try BulkyStatement.make(bulky, of: query, form: form),
                ]
            }
            rows.add(bulky: results[1], of: bulky.count)
        }
        var page = try rows.page(query, after: state, into: sink)
        if !page.hasMore, let last = rows.lastOfCut {
            // The page took all rows that were asked for, the last of which share their place: there may be others behind it.
            page.hasMore = try await hasRows(query, after: last, leavingOut: rows)
            if page.hasMore { page.until = last }
        }
        return page
    }

    private func hasRows(
        _ query: ChangeQuery, after last: Cursor, leavingOut before: FetchedRows
    ) async throws(StoreError) -> Bool {
        var rest = query
        rest.after = last
        let statement = rest
        let (results, _) = try await transaction { [role, form] () throws(PostgresError) in
            [
                try ScopeState.entering(statement, role: role),
                try PageShape.statement(for: statement, rows: 1 + before.ownCount, form: form),
            ]
        }
        return before.hasOthers(in: results[1])
    }
}
