import Foundation

/// Pulls of some changes on PostgreSQL, beside pgbench selecting the same rows, every column of them.
struct PostgresPullWork: Work {
    /// The changes of one answer.
    let page: Int

    private static let table = BenchTable(rows: 1000)
    private static let database = "pulled"

    var name: String { "postgres-pull-\(page)" }

    var summary: String {
        "GET /sync/bench/pull of \(page) of a table's \(Self.table.rows) changes, beside pgbench selecting the same rows"
    }

    func measure(on bench: Workbench) throws -> WorkReport {
        var samples = RoundSamples()
        try bench.withPostgres { cluster in
            try cluster.create(Self.database)
            try bench.withFolder(name) { folder in
                let storage = ServerUnderTest.Storage.postgres(
                    cluster.url(Self.database), connections: bench.pool)
                let ends = try bench.withServer(in: folder, storage: storage) { server in
                    try Self.table.fill(server, users: bench.pace.users, from: bench.corpus)
                }
                try cluster.query("VACUUM ANALYZE", in: Self.database)
                // A pull of nothing is one of a device that has seen everything.
                let cursors = page == 0 ? ends : ends.map { _ in "1970-01-01T00:00:00.000Z" }
                for _ in 0..<bench.pace.rounds {
                    let sample = try bench.withServer(in: folder, storage: storage) { server in
                        try pull(bench, server, cluster, since: cursors)
                    }
                    samples.add("mana-sync", sample)
                    let run = try PgbenchRun(
                        [script(bench)], on: cluster, database: Self.database, pace: bench.pace, in: folder)
                    samples.add("pgbench", run.sample(changes: page))
                }
            }
        }
        return WorkReport(name, summary: summary, samples)
    }

    private func pull(
        _ bench: Workbench, _ server: ServerUnderTest, _ cluster: PostgresCluster, since cursors: [String]
    ) throws -> Sample {
        let devices = try server.devices(bench.pace.users)
        let (requests, lengths) = try BenchTable.requests(of: page, server, devices, since: cursors)
        let connections = bench.pace.connections
        var sample = try bench.load(port: server.port, pid: server.process.pid, cluster: cluster) { connection in
            GetConversation(requests.share(of: connection, among: connections), bodyLength: lengths)
        }.sample
        sample[.changes] = (sample[.requests] ?? 0) * Double(page)
        return sample
    }

    /// The question by the index that answers it.
    private func script(_ bench: Workbench) -> String {
        let start = page == 0 ? "infinity" : "epoch"
        return """
            \\set user random(0, \(bench.pace.users - 1))
            \\startpipeline
            SELECT set_config('app.current_user_id', 'u-bench-' || :user::text, true);
            SELECT * FROM sync_changes WHERE user_id COLLATE "POSIX" = 'u-bench-' || :user::text \
            AND app_id = '\(Device.app)' AND table_name = '\(BenchTable.name)' AND created_at > '\(start)' \
            ORDER BY created_at LIMIT \(max(1, page));
            \\endpipeline

            """
    }
}
