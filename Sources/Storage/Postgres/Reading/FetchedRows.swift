import Domain
import Kernel
import PostgresClient
import StorageShared

/// The rows that one page's statement gave, and the JSON that did not come with them.
struct FetchedRows: Sendable {
    private let rows: PostgresResult
    private let asked: Int
    /// How many of the rows count.
    private let count: Int
    private let own: OwnChanges
    /// Where the JSON of bulky rows is, by the rows' ids.
    private var bulky: (result: PostgresResult, rows: [EventID: Int])?
    /// How many bulky rows the page has room for.
    private var bulkyRoom = 0

    /// The answer to a page's statement that asked for so many rows.
    ///
    /// - Parameter end: Rows with later places do not count.
    init(_ rows: PostgresResult, asked: Int, leavingOut own: OwnChanges, upTo end: Int64 = .max) {
        self.rows = rows
        count = rows.withRows { PageRows(rows: $0).count(upTo: end) }
        self.asked = asked
        self.own = own
    }

    /// Where the last row stands, if the statement gave as many as it was asked for, so that there may be more behind it.
    var lastOfCut: Cursor? {
        guard count == rows.rowCount, count >= asked else { return nil }
        return Cursor(UnixTime(microseconds: rows.withRows { PageRows(rows: $0).place(count - 1) }))
    }

    /// How many rows are left out at the most.
    var ownCount: Int { own.count }

    /// Whether rows are among those of a further statement that are not left out.
    func hasOthers(in further: PostgresResult) -> Bool {
        further.withRows { rows in
            let rows = PageRows(rows: rows)
            return (0..<further.rowCount).contains { !isOwn($0, in: rows) }
        }
    }

    /// The bulky rows for which a page has room: whoever reads on past the page's bytes ends it there.
    func bulkyIDs(within byteLimit: Int) -> [EventID] {
        rows.withRows { rows in
            let rows = PageRows(rows: rows)
            var ids: [EventID] = []
            var bytes = 0
            for row in 0..<count {
                // Rows that share a place are never parted.
                if row > 0, bytes >= byteLimit, rows.place(row) != rows.place(row - 1) { break }
                if isOwn(row, in: rows) { continue }
                let size = rows.bytes(row)
                if size > PageShape.bulkyBytes { ids.append(rows.id(row)) }
                bytes += size
            }
            return ids
        }
    }

    /// Adds the JSON that was fetched for so many bulky rows, those that the page has room for.
    mutating func add(bulky result: PostgresResult, of room: Int) {
        var found: [EventID: Int] = [:]
        for row in 0..<result.rowCount {
            if let id = result.uuid(row, 0) { found[EventID(high: id.high, low: id.low)] = row }
        }
        bulky = (result, found)
        bulkyRoom = room
    }

    /// Builds the page, once the JSON was added of the bulky rows that it has room for.
    func page<Sink: ChangeSink>(
        _ query: ChangeQuery, after state: ScopeState, into sink: Sink
    ) throws(StoreError) -> ChangePage<Sink> {
        var meter = PageMeter(PageLimit(of: query), bytesBefore: sink.writtenBytes)
        var sink = sink
        let app = Array(query.app.text.utf8)
        let last = try rows.withRows { (rows) throws(StoreError) in
            try app.withUnsafeBufferPointer { (app) throws(StoreError) in
                try fill(
                    &sink, by: &meter, from: PageRows(rows: rows), of: UnsafeRawBufferPointer(app), after: query.after)
            }
        }
        return meter.page(of: sink, reachingTo: max(state.reach, last))
    }

    /// Puts rows into a page's sink until it takes no more.
    ///
    /// - Returns: the place up to which they are dealt with.
    private func fill<Sink: ChangeSink>(
        _ sink: inout Sink, by meter: inout PageMeter, from rows: PageRows, of app: UnsafeRawBufferPointer,
        after cursor: Cursor
    ) throws(StoreError) -> Int64 {
        var taken = 0
        var last = cursor.time.microseconds
        for row in 0..<count {
            let place = rows.place(row)
            if own.contains(place: place, eventID: rows.id(row)) {
                last = place
                continue
            }
            var json = PageRows.JSONPlace(rows: rows.rows, row: row, shift: 0)
            if rows.isBulky(row) {
                guard taken < bulkyRoom else {
                    meter.endEarly(at: last)
                    break
                }
                taken += 1
                // One that is gone was erased between the two statements.
                guard let found = bulkyJSON(of: rows.id(row)) else {
                    last = place
                    continue
                }
                json = found
            }
            let isTaken = try meter.takes(place: place, into: &sink) { (take) throws(StoreError) in
                try rows.withChangeRow(row, at: place, json: json, app: app, take)
            }
            guard isTaken else { break }
            last = place
        }
        return last
    }

    /// Where a bulky row's JSON is, as long as `self` is held: nil where it is not there any more.
    private func bulkyJSON(of id: EventID) -> PageRows.JSONPlace? {
        guard let bulky, let row = bulky.rows[id] else { return nil }
        return bulky.result.withRows { PageRows.JSONPlace(rows: $0, row: row, shift: RowColumn.data.rawValue - 1) }
    }

    private func isOwn(_ row: Int, in rows: PageRows) -> Bool {
        own.count > 0 && own.contains(place: rows.place(row), eventID: rows.id(row))
    }
}

/// The statement that fetches the JSON of bulky rows.
enum BulkyStatement {
    static func make(_ ids: [EventID], of query: ChangeQuery, form: TableForm) throws(PostgresError)
        -> PostgresStatement
    {
        var parameters = PostgresParameters()
        var array = try PostgresArray(of: .uuid)
        for id in ids { array.append(uuid: id.high, id.low) }
        parameters.append(array)
        try parameters.append(query.user.text)
        // Of spaces the transaction sees those that are granted.
        let isVisible = query.includesSpaces ? "(user_id = $2 OR space_id IS NOT NULL)" : "user_id = $2"
        return PostgresStatement(
            "SELECT id, \(form.bulkyColumns) FROM sync_changes WHERE id = ANY ($1) AND \(isVisible)", parameters)
    }
}
