import Domain
import Kernel
import StorageShared

/// A reader's connection with its prepared statements.
struct ReaderSession: Sendable {
    let connection: SQLiteConnection
    let begin: SQLiteStatement
    let commit: SQLiteStatement
    private let readClock: SQLiteStatement
    let listGrants: SQLiteStatement
    private var pages: [PageShape: SQLiteStatement] = [:]
    var spaceArms: [ScopeArm.Shape: [SQLiteStatement]] = [:]

    init(connection: SQLiteConnection) throws(StoreError) {
        self.connection = connection
        begin = try connection.prepare("BEGIN")
        commit = try connection.prepare("COMMIT")
        readClock = try connection.prepare("SELECT last FROM change_clock WHERE only = 1")
        listGrants = try connection.prepare(SpaceGrant.list)
    }

    /// The last place that was given out.
    func clock() throws(StoreError) -> Int64 {
        try readClock.single()
    }

    /// Reads a page in one snapshot, leaving out `own`.
    ///
    /// With one writer, whose commits are in the clock's order, the clock as the snapshot has it is a safe cursor: all that was given
    /// a place up to there is visible.
    mutating func page<Sink: ChangeSink>(
        _ query: ChangeQuery, leavingOut own: OwnChanges, into sink: Sink
    ) throws(StoreError) -> ChangePage<Sink> {
        try begin.run()
        do throws(StoreError) {
            let clock = try readClock.single()
            let after = min(query.after.time.microseconds, clock)
            let rows = try statement(for: query, after: after)
            defer { rows.reset() }
            var page = PageBuilder(sink: sink, query: query)
            while try rows.step() {
                let place = rows.place
                if own.contains(place: place, eventID: rows.eventID) { continue }
                guard try page.takes(place: place, { (take) throws(StoreError) in try rows.withChangeRow(take) })
                else { break }
            }
            rows.reset()
            try commit.run()
            return page.page(reachingTo: clock)
        } catch {
            connection.rollBack()
            throw error
        }
    }

    mutating func statement(for query: ChangeQuery, after: Int64) throws(StoreError) -> SQLiteStatement {
        let shape = PageShape(leavesOutClient: query.client != nil, tables: query.tables?.count)
        let statement: SQLiteStatement
        if let prepared = pages[shape] {
            statement = prepared
        } else {
            statement = try connection.prepare(shape.sql)
            if shape.isCommon { pages[shape] = statement }
        }
        try statement.bind(1, query.user.text)
        try statement.bind(2, query.app.text)
        try statement.bind(3, after)
        if let client = query.client { try statement.bind(4, client.text) }
        for (index, table) in (query.tables ?? []).enumerated() {
            try statement.bind(5 + Int32(index), table.text)
        }
        return statement
    }
}
