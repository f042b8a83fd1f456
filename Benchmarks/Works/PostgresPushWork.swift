import Foundation

/// Pushes of some changes on PostgreSQL; each round with a new database.
struct PostgresPushWork: Work {
    let changes: Int
    /// Newer clients send event ids, older ones do not and have their retries recognised by content.
    let withEventIDs: Bool

    /// How many users share the space that they write into, and so wait for one another's commits.
    var household = 1
    /// Whether each user is a member of a space, by the plugin; else spaces are labels.
    var areMembers = false

    var name: String {
        "postgres-push-\(changes)\(withEventIDs ? "-events" : "")\(household > 1 ? "-household" : "")\(areMembers ? "-members" : "")"
    }

    var summary: String {
        "POST /sync/bench of \(changes) fresh change\(changes == 1 ? "" : "s") \(withEventIDs ? "with" : "without") event ids, "
            + "\(household > 1 ? "by \(household) users a space, " : "")\(areMembers ? "by members of spaces, " : "")beside pgbench inserting the same rows"
    }

    func measure(on bench: Workbench) throws -> WorkReport {
        var samples = RoundSamples()
        try bench.withPostgres { cluster in
            for round in 0..<bench.pace.rounds {
                let database = "round\(round)"
                try cluster.create(database)
                try bench.withFolder("\(name)-\(round)") { folder in
                    samples.add("mana-sync", try push(bench, database, on: cluster, in: folder))
                    let reference = try ReferenceInserts(rows: changes, of: database, on: cluster)
                    for form in ReferenceInserts.Form.allCases {
                        let sample = try reference.run(
                            form, database: database, on: cluster, pace: bench.pace, in: folder)
                        samples.add("pgbench, \(form.rawValue)", sample)
                    }
                }
                try cluster.drop(database)
            }
        }
        return WorkReport(name, summary: summary, samples)
    }

    /// Drives the server and makes sure that its database holds what it acknowledged, no more and no less.
    private func push(
        _ bench: Workbench, _ database: String, on cluster: PostgresCluster, in folder: URL
    ) throws -> Sample {
        let storage = ServerUnderTest.Storage.postgres(cluster.url(database), connections: bench.pool)
        let load = try withService(bench) { authPort in
            try bench.withServer(in: folder, storage: storage, authPort: authPort) { server in
                let devices = try server.devices(bench.pace.users, household: household)
                try cluster.query("CHECKPOINT", in: database)
                let (changes, withEventIDs, pace, corpus) = (changes, withEventIDs, bench.pace, bench.corpus)
                return try bench.load(port: server.port, pid: server.process.pid, cluster: cluster) { connection in
                    PushConversation(
                        devices: devices.share(of: connection, among: pace.connections), changes: changes,
                        withEventIDs: withEventIDs, corpus: corpus, connection: connection)
                }
            }
        }
        let stored = try cluster.query("SELECT count(*) FROM sync_changes", in: database)
        guard stored == ["\(load.requests * changes)"] else {
            throw BenchmarkError("\(load.requests * changes) changes were acknowledged, but \(stored) are stored")
        }
        var sample = load.sample
        sample[.changes] = (sample[.requests] ?? 0) * Double(changes)
        sample[.megabytes] = nil
        return sample
    }

    /// Lends the port of the service that knows who is in which space, where the users are members.
    private func withService<Result>(_ bench: Workbench, _ body: (Int?) throws -> Result) throws -> Result {
        guard areMembers else { return try body(nil) }
        return try bench.withBareServer { _, port in try body(port) }
    }
}
