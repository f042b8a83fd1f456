import Foundation

/// What the bare sqlite3 library reaches from one thread when it selects what a pull answers, every column of it.
struct ReferenceReads {
    private let database: SQLiteDatabase
    private let page: SQLiteQuery

    /// Opens a database of the server's that no process has open.
    init(_ path: String) throws {
        database = try SQLiteDatabase(path)
        page = try database.prepare(
            """
            SELECT * FROM sync_changes WHERE user_id = ?1 AND app_id = ?2 AND table_name = ?3 AND created_at > 0
            ORDER BY created_at LIMIT ?4
            """)
    }

    /// Reads the users' first pages by turns for so long.
    ///
    /// - Throws: if a page has other than `rows` rows.
    /// - Returns: pages a second.
    func run(users: [String], app: String, table: String, rows: Int, for time: Duration) throws -> Double {
        let begun = ContinuousClock.now
        var pages = 0
        var bytes = 0
        while ContinuousClock.now - begun < time {
            try page.bind(1, users[pages % users.count])
            try page.bind(2, app)
            try page.bind(3, table)
            try page.bind(4, String(rows))
            var count = 0
            while try page.step() {
                bytes += page.readRow()
                count += 1
            }
            guard count == rows, bytes > 0 else { throw BenchmarkError("a page has \(count) rows instead of \(rows)") }
            pages += 1
        }
        return Double(pages) / (ContinuousClock.now - begun).seconds
    }
}
