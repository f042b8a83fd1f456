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

    /// The answer to a page's statement that asked for so many rows.
    ///
    /// - Parameter end: Rows with later places do not count.
    init(_ rows: PostgresResult, asked: Int, leavingOut own: OwnChanges, upTo end: Int64 = .max) {
        self.rows = rows
        count = end == .max ? rows.rowCount : Self.count(of: rows, upTo: end)
        self.asked = asked
        self.own = own
    }

    /// Where the last row stands, if the statement gave as many as it was asked for, so that there may be more behind it.
    var lastOfCut: Cursor? {
        count == rows.rowCount && count >= asked ? Cursor(UnixTime(microseconds: place(rows.rowCount - 1))) : nil
    }

    /// How many rows are left out at the most.
    var ownCount: Int { own.count }

    /// Whether rows are among those of a further statement that are not left out.
    func hasOthers(in further: PostgresResult) -> Bool {
        let rows = FetchedRows(further, asked: .max, leavingOut: own)
        return (0..<further.rowCount).contains { !rows.isOwn($0) }
    }

    /// The bulky rows for which a page has room: whoever reads on past the page's bytes ends it there.
    func bulkyIDs(within byteLimit: Int) -> [EventID] {
        var ids: [EventID] = []
        var bytes = 0
        var last: Int64?
        for row in 0..<count {
            let place = place(row)
            // Rows that share a place are never parted.
            if last != nil, bytes >= byteLimit, place != last { break }
            last = place
            let size = Int(rows.integer(row, RowColumn.bytes.rawValue) ?? 0)
            if isOwn(row) { continue }
            if size > PageShape.bulkyBytes { ids.append(id(row)) }
            bytes += size
        }
        return ids
    }

    /// Adds the JSON that was fetched for some of the bulky rows.
    mutating func add(bulky result: PostgresResult) {
        var found: [EventID: Int] = [:]
        for row in 0..<result.rowCount {
            if let id = result.uuid(row, 0) { found[EventID(high: id.high, low: id.low)] = row }
        }
        bulky = (result, found)
    }

    /// Builds the page.
    func page<Sink: ChangeSink>(
        _ query: ChangeQuery, after state: ScopeState, into sink: Sink
    ) throws(StoreError) -> ChangePage<Sink> {
        var page = PageBuilder(sink: sink, query: query)
        let room = bulkyIDs(within: query.byteLimit).count
        var taken = 0
        var last = query.after.time.microseconds
        for row in 0..<count {
            let place = place(row)
            if own.contains(place: place, eventID: id(row)) {
                last = place
                continue
            }
            if isBulky(row) {
                guard taken < room else {
                    page.endEarly(at: last)
                    break
                }
                taken += 1
                // One that is gone was erased between the two statements.
                guard json(of: row) != nil else {
                    last = place
                    continue
                }
            }
            guard try takes(row, at: place, of: query, into: &page) else { break }
            last = place
        }
        return page.page(reachingTo: max(state.reach, last))
    }

    private func takes<Sink: ChangeSink>(
        _ row: Int, at place: Int64, of query: ChangeQuery, into page: inout PageBuilder<Sink>
    ) throws(StoreError) -> Bool {
        let source = json(of: row)
        return try page.takes(place: place) { (take) throws(StoreError) in
            try withChangeRow(row, at: place, json: source, app: query.app.text, take)
        }
    }

    private func withChangeRow(
        _ row: Int, at place: Int64, json source: (result: PostgresResult, row: Int, offset: Int)?, app: String,
        _ take: (borrowing ChangeRow) -> Bool
    ) throws(StoreError) -> Bool {
        guard let operation = Operation(stored: text(row, .operation)) else {
            throw StoreError(.unusable, "The database is damaged.", cause: "a change of an unknown operation")
        }
        var app = app
        let members = rows.integer(row, RowColumn.members.rawValue).map {
            PayloadMembers(rawValue: UInt8(truncatingIfNeeded: $0))
        }
        func json(_ column: RowColumn) -> UnsafeRawBufferPointer? {
            guard let source else { return nil }
            return source.result.unsafeBytes(source.row, column.rawValue - source.offset)
        }
        // The results outlive the call: `self` and `source` hold them.
        return app.withUTF8 { app in
            var change = ChangeRow(
                cursor: Cursor(UnixTime(microseconds: place)), eventID: id(row),
                schemaVersion: Int(rows.integer(row, RowColumn.schemaVersion.rawValue) ?? 1), operation: operation,
                app: UnsafeRawBufferPointer(app), table: present(row, .table), record: present(row, .record),
                user: present(row, .user), client: present(row, .client), space: text(row, .space),
                origin: text(row, .origin), actor: json(.actor))
            return change.withPayload(
                of: members,
                in: { column in
                    switch column {
                    case .data: json(.data)
                    case .timestamps: json(.timestamps)
                    case .values: json(.values)
                    case .deletedAt: text(row, .deletedAt)
                    }
                }, take)
        }
    }

    /// Where a row's JSON is: nil where it is not there any more.
    private func json(of row: Int) -> (result: PostgresResult, row: Int, offset: Int)? {
        guard isBulky(row) else { return (rows, row, 0) }
        guard let bulky, let found = bulky.rows[id(row)] else { return nil }
        return (bulky.result, found, RowColumn.data.rawValue - 1)
    }

    private func isBulky(_ row: Int) -> Bool {
        rows.integer(row, RowColumn.bytes.rawValue) ?? 0 > PageShape.bulkyBytes
    }

    private func isOwn(_ row: Int) -> Bool { own.contains(place: place(row), eventID: id(row)) }

    private static func count(of rows: PostgresResult, upTo end: Int64) -> Int {
        (0..<rows.rowCount).first { row in
            PostgresTime.unixMicroseconds(of: rows.integer(row, RowColumn.createdAt.rawValue) ?? 0) > end
        } ?? rows.rowCount
    }

    private func place(_ row: Int) -> Int64 {
        PostgresTime.unixMicroseconds(of: rows.integer(row, RowColumn.createdAt.rawValue) ?? 0)
    }

    private func id(_ row: Int) -> EventID {
        rows.uuid(row, RowColumn.id.rawValue).map { EventID(high: $0.high, low: $0.low) } ?? EventID(high: 0, low: 0)
    }

    private func text(_ row: Int, _ column: RowColumn) -> UnsafeRawBufferPointer? {
        rows.unsafeBytes(row, column.rawValue)
    }

    private func present(_ row: Int, _ column: RowColumn) -> UnsafeRawBufferPointer {
        text(row, column) ?? UnsafeRawBufferPointer(start: nil, count: 0)
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
