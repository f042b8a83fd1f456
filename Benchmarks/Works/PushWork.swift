import Foundation

/// Pushes of some changes on SQLite with synchronous=FULL; each round with a new database on both sides.
struct PushWork: Work {
    let changes: Int
    /// Newer clients send event ids, older ones do not and have their retries recognised by content.
    let withEventIDs: Bool

    var name: String { "push-\(changes)\(withEventIDs ? "-events" : "")" }

    var summary: String {
        "POST /sync/bench of \(changes) fresh change\(changes == 1 ? "" : "s") \(withEventIDs ? "with" : "without") event ids, "
            + "beside the sqlite3 library writing the same rows from one thread"
    }

    func measure(on bench: Workbench) throws -> WorkReport {
        var samples = RoundSamples()
        for round in 0..<bench.pace.rounds {
            try bench.withFolder("\(name)-\(round)") { folder in
                let (database, sample) = try push(bench, in: folder)
                samples.add("mana-sync", sample)
                samples.add("sqlite3, \(changes) a commit", try write(bench, like: database, changes, in: folder))
                if changes == 1 {
                    let together = bench.pace.connections
                    samples.add("sqlite3, \(together) a commit", try write(bench, like: database, together, in: folder))
                }
            }
        }
        return WorkReport(name, summary: summary, samples)
    }

    /// Drives the server and makes sure that its database holds what it acknowledged, no more and no less.
    private func push(_ bench: Workbench, in folder: URL) throws -> (database: String, sample: Sample) {
        let (database, load) = try bench.withServer(in: folder) { server in
            let devices = try server.devices(bench.pace.users)
            let (changes, withEventIDs, pace, corpus) = (changes, withEventIDs, bench.pace, bench.corpus)
            let load = try bench.load(port: server.port, pid: server.process.pid) { connection in
                PushConversation(
                    devices: devices.share(of: connection, among: pace.connections), changes: changes,
                    withEventIDs: withEventIDs, corpus: corpus, connection: connection)
            }
            return (server.database, load)
        }
        let stored = try SQLiteDatabase(database).texts("SELECT count(*) FROM sync_changes")
        guard stored == ["\(load.requests * changes)"] else {
            throw BenchmarkError("\(load.requests * changes) changes were acknowledged, but \(stored) are stored")
        }
        var sample = load.sample
        sample[.changes] = (sample[.requests] ?? 0) * Double(changes)
        sample[.megabytes] = nil
        return (database, sample)
    }

    private func write(_ bench: Workbench, like database: String, _ rows: Int, in folder: URL) throws -> Sample {
        let path = folder.appendingPathComponent("reference-\(rows).db").path
        let rate = try ReferenceWrites(like: database, at: path).run(rowsPerCommit: rows, for: bench.pace.duration)
        return [.changes: rate, .requests: rate / Double(changes)]
    }
}
