import Foundation

/// pgbench inserting rows that the server has just written, so many a transaction, into the same table under the same policies and indexes.
///
/// It writes only the log's rows. Each has a fresh id, record id and time; the users take turns as those of the load do.
struct ReferenceInserts {
    /// How the rows reach the database.
    enum Form: String, CaseIterable {
        /// As arrays, which the database reads anew each time: what any client must do whose rows differ.
        case parameters = "rows as parameters"
        /// As literals of a prepared statement, which the database read once: the bare cost of inserting.
        case literals = "rows in the statement"
    }

    /// So many rows are taken in all, so that a script of few has no odd ones.
    private static let sampled = 16

    private let sets: [[[String: String?]]]

    /// Takes rows from the server's table.
    init(rows: Int, of database: String, on cluster: PostgresCluster) throws {
        let count = rows * max(1, Self.sampled / rows)
        let lines = try cluster.query(
            """
            SELECT json_build_object(\(Self.columns.map { "'\($0.name)', \($0.name)::text" }.joined(separator: ", ")))
            FROM (SELECT * FROM sync_changes ORDER BY created_at LIMIT \(count)) AS sample
            """, in: database)
        let decoder = JSONDecoder()
        let found = try lines.map { try decoder.decode([String: String?].self, from: Data($0.utf8)) }
        guard found.count == count else { throw BenchmarkError("the server wrote too few rows for a reference") }
        sets = stride(from: 0, to: count, by: rows).map { Array(found[$0..<$0 + rows]) }
    }

    /// Empties the table, and fills it as fast as it goes.
    func run(_ form: Form, database: String, on cluster: PostgresCluster, pace: Pace, in folder: URL) throws -> Sample {
        try cluster.query("TRUNCATE sync_changes", in: database)
        try cluster.query("CHECKPOINT", in: database)
        var scripts: [String] = []
        var variables: [(name: String, value: String)] = []
        for (number, rows) in sets.enumerated() {
            switch form {
            case .literals:
                scripts.append(Self.script("VALUES \(rows.map(Self.literals).joined(separator: ", "))", pace: pace))
            case .parameters:
                let names = Self.columns.map { "\($0.name)_\(number)" }
                let arrays = zip(names, Self.columns).map { ":\($0)::\($1.type)[]" }.joined(separator: ", ")
                scripts.append(Self.script("SELECT * FROM unnest(\(arrays))", pace: pace))
                for (name, column) in zip(names, Self.columns) {
                    variables.append((name, Self.array(rows.map { $0[column.name] ?? nil })))
                }
            }
        }
        let run = try PgbenchRun(
            scripts, variables: variables, on: cluster, database: database, pace: pace, in: folder)
        let changes = sets[0].count
        let stored = try cluster.query("SELECT count(*) FROM sync_changes", in: database)
        guard stored == ["\(run.transactions * changes)"] else {
            throw BenchmarkError(
                "pgbench says \(run.transactions) transactions of \(changes), but \(stored) are stored")
        }
        return run.sample(changes: changes)
    }

    private static func script(_ source: String, pace: Pace) -> String {
        let names = columns.map(\.name).joined(separator: ", ")
        let values = columns.map { $0.name == "record_id" ? "gen_random_uuid()::text" : "r.\($0.name)" }
        return """
            \\set user random(0, \(pace.users - 1))
            \\startpipeline
            SELECT set_config('app.current_user_id', 'u-bench-' || :user::text, true);
            INSERT INTO sync_changes (user_id, app_id, client_id, id, created_at, \(names)) \
            SELECT 'u-bench-' || u.n, '\(Device.app)', 'bench-client-' || u.n, gen_random_uuid(), clock_timestamp(), \
            \(values.joined(separator: ", ")) FROM (SELECT :user::text AS n) AS u, (\(source)) AS r (\(names));
            \\endpipeline

            """
    }

    /// One row of VALUES. pgbench takes a colon for a variable, wherever it is.
    private static func literals(_ row: [String: String?]) -> String {
        let values = columns.map { column -> String in
            guard let text = row[column.name] ?? nil else { return "CAST(NULL AS \(column.type))" }
            let escaped = text.replacing(#"\"#, with: #"\\"#).replacing("'", with: "''").replacing(":", with: #"\x3A"#)
            return "CAST(E'\(escaped)' AS \(column.type))"
        }
        return "(\(values.joined(separator: ", ")))"
    }

    /// The text form of an array (PostgreSQL manual, 8.15.6).
    private static func array(_ texts: [String?]) -> String {
        let elements = texts.map { text in
            guard let text else { return "NULL" }
            return "\"\(text.replacing(#"\"#, with: #"\\"#).replacing("\"", with: "\\\""))\""
        }
        return "{\(elements.joined(separator: ","))}"
    }

    /// What a row has that is not made anew.
    private static let columns: [(name: String, type: String)] = [
        ("table_name", "text"), ("record_id", "text"), ("space_id", "text"), ("op", "text"), ("data", "json"),
        ("field_timestamps", "json"), ("field_values", "json"), ("deleted_at", "text"), ("members", "smallint"),
        ("schema_version", "integer"), ("actor", "json"), ("origin", "text"), ("payload_bytes", "integer"),
    ]
}
