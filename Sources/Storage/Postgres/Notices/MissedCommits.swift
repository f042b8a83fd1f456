import Domain
import PostgresClient

/// What was committed behind a place of the change clock, as far as listeners are told of it (decision 7).
struct MissedCommits: Sendable {
    /// The most rows that are read; with more behind the place, everyone looks for themselves.
    static let mostRows = 100_000

    private let results: [PostgresResult]
    private let place: Int64
    private let lastClock: Int64

    /// - Parameter lastClock: the latest value of the clock that this server has seen.
    init(_ results: [PostgresResult], behind place: Int64, lastClock: Int64) {
        self.results = results
        self.place = place
        self.lastClock = lastClock
    }

    /// Whether it is the log that the place is of: its clock never steps back.
    var isSameLog: Bool { results[1].integer(0, 0).map { $0 >= max(place, lastClock) } ?? false }

    /// The news; nil where there is too much of it, or some that nobody can say any more: whose grants an erasure has removed.
    var news: [ChangeNews]? {
        let (rows, grants) = (results[2], results[3])
        let count = (0..<rows.rowCount).reduce(0) { $0 + (rows.integer($1, 5) ?? 0) }
        guard results[1].boolean(0, 1) == false, count <= Self.mostRows,
            rows.rowCount + grants.rowCount <= NoticeBatch.mostTables
        else { return nil }
        var batch = NoticeBatch()
        for row in 0..<grants.rowCount {
            if let user = grants.string(row, 0) { batch.add(grantsOf: UserID(user)) }
        }
        for row in 0..<rows.rowCount {
            if let notice = Self.notice(rows, row) { batch.add([notice]) }
        }
        return batch.news
    }

    private static func notice(_ rows: PostgresResult, _ row: Int) -> ChangeNotice? {
        // What another server left in the table under a name that is none of an app's, nobody can listen to.
        guard let user = rows.string(row, 0), let app = rows.string(row, 2).flatMap({ AppID($0) }),
            let table = rows.string(row, 4)
        else { return nil }
        let client = rows.string(row, 1).flatMap { $0.isEmpty ? nil : ClientID($0) }
        return ChangeNotice(
            author: UserID(user), client: client, app: app, space: rows.string(row, 3).map { SpaceID($0) },
            tables: [TableName(table)])
    }

    /// The transaction that finds them, as the operator. LISTEN has to be in force before it is sent.
    static func statements(behind place: Int64, role: String?) throws(PostgresError) -> [PostgresStatement] {
        [try ErasureStatements.enterAsOperator(role: role)]
            + [settings(place), changes(place), grants(place)].map { PostgresStatement($0, isPrepared: false) }
    }

    /// The last place that the change clock gave out, or an earlier one: one that was moved and not drawn from gives out the place that it stands at.
    static let clock =
        "coalesce(pg_sequence_last_value('sync_change_clock'), (SELECT last_value - 1 FROM sync_change_clock))"

    /// Bitmaps find the last rows by the ranges of time that pages have; no other index begins with the time.
    static func settings(_ place: Int64) -> String {
        """
        SELECT \(clock), EXISTS (SELECT FROM sync_erasures WHERE place > \(timestamp(place))),
          set_config('enable_bitmapscan', 'on', true), set_config('enable_indexscan', 'off', true),
          set_config('enable_indexonlyscan', 'off', true)
        """
    }

    /// Where rows were written. The place is written out, for the planner to know how little is behind it.
    static func changes(_ place: Int64) -> String {
        """
        SELECT c.user_id, c.client_id, c.app_id, c.space_id, c.table_name, count(*) FROM (
          SELECT user_id, client_id, app_id, space_id, table_name FROM sync_changes
          WHERE created_at > \(timestamp(place)) LIMIT \(mostRows + 1)) AS c
        GROUP BY 1, 2, 3, 4, 5 LIMIT \(NoticeBatch.mostTables + 1)
        """
    }

    /// Whose grants were made or ended: at the clock's value, which may be the place itself.
    static func grants(_ place: Int64) -> String {
        """
        SELECT DISTINCT user_id FROM sync_space_grants
        WHERE joined_at >= \(timestamp(place)) OR ended_at >= \(timestamp(place)) LIMIT \(NoticeBatch.mostTables + 1)
        """
    }

    private static func timestamp(_ place: Int64) -> String {
        "(\(TransactionFunctions.place(of: "\(place)")))"
    }
}
