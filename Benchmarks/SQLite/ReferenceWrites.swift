import Foundation

/// What the bare sqlite3 library reaches from one thread with the rows that the server has just written, in the same order.
///
/// The schema is read from the server's file, so that tables and indexes are the same. It writes only the log's rows: what the
/// server keeps beside them (the clock, what retries need) is the server's own cost.
struct ReferenceWrites {
    /// Rows kept in memory at a time; filling them up again is not measured.
    private static let chunk = 10_000

    private let source: SQLiteDatabase
    private let target: SQLiteDatabase
    private let insert: SQLiteQuery
    private let begin: SQLiteQuery
    private let commit: SQLiteQuery

    /// Makes a database like the server's, with write-ahead log and synchronous=FULL.
    ///
    /// - Parameters:
    ///   - server: A database file that no process has open.
    ///   - path: A file that does not exist yet.
    init(like server: String, at path: String) throws {
        source = try SQLiteDatabase(server)
        target = try SQLiteDatabase(path)
        try target.execute("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-16384")
        let schema =
            "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY rowid"
        for statement in try source.texts(schema) { try target.execute(statement) }
        let count = try source.texts("SELECT name FROM pragma_table_info('sync_changes')").count
        let parameters = Array(repeating: "?", count: count).joined(separator: ",")
        insert = try target.prepare("INSERT INTO sync_changes VALUES (\(parameters))")
        begin = try target.prepare("BEGIN IMMEDIATE")
        commit = try target.prepare("COMMIT")
    }

    /// Writes for so long, or until there are no more rows.
    ///
    /// - Returns: rows a second.
    func run(rowsPerCommit: Int, for time: Duration) throws -> Double {
        let rows = try source.prepare("SELECT * FROM sync_changes ORDER BY rowid")
        var written = 0
        var spent = Duration.zero
        var chunk = try nextChunk(of: rows)
        while spent < time, chunk.count >= rowsPerCommit {
            let begun = ContinuousClock.now
            let (count, isOver) = try write(chunk, rowsPerCommit: rowsPerCommit, until: begun + (time - spent))
            spent += ContinuousClock.now - begun
            written += count
            // A chunk that is not full was the last one; asked again, the query would begin anew.
            if isOver || chunk.count < Self.chunk { break }
            chunk = try nextChunk(of: rows)
        }
        guard written > 0 else { throw BenchmarkError("the server's database has too few rows for a reference") }
        return Double(written) / spent.seconds
    }

    /// How many rows were written, and whether the time is up.
    private func write(
        _ rows: [[SQLiteValue]], rowsPerCommit: Int, until deadline: ContinuousClock.Instant
    ) throws -> (count: Int, isOver: Bool) {
        var written = 0
        while written + rowsPerCommit <= rows.count {
            _ = try begin.step()
            for row in rows[written..<written + rowsPerCommit] {
                for (index, value) in row.enumerated() { try insert.bind(Int32(index + 1), value) }
                _ = try insert.step()
            }
            _ = try commit.step()
            written += rowsPerCommit
            if ContinuousClock.now >= deadline { return (written, true) }
        }
        return (written, false)
    }

    /// The next rows; fewer or none when there are no more.
    private func nextChunk(of rows: SQLiteQuery) throws -> [[SQLiteValue]] {
        var chunk: [[SQLiteValue]] = []
        while chunk.count < Self.chunk, try rows.step() {
            chunk.append(try (0..<rows.columns).map { try rows.value($0) })
        }
        return chunk
    }
}
