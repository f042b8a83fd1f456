import Foundation
import NIOCore

/// Pulls of 1,000 changes, beside one thread that selects the same rows with the sqlite3 library.
struct PullWork: Work {
    let name = "pull-1000"
    let summary =
        "GET /sync/bench/pull of 1,000 changes, beside the sqlite3 library selecting the same rows from one thread"

    private static let table = BenchTable(rows: 1000)

    func measure(on bench: Workbench) throws -> WorkReport {
        var samples = RoundSamples()
        try bench.withFolder(name) { folder in
            let database = try bench.withServer(in: folder) { server in
                _ = try Self.table.fill(server, users: bench.pace.users, from: bench.corpus)
                return server.database
            }
            for _ in 0..<bench.pace.rounds {
                samples.add("mana-sync", try pull(bench, in: folder))
                let users = (0..<bench.pace.users).map { "u-bench-\($0)" }
                let pages = try ReferenceReads(database)
                    .run(
                        users: users, app: Device.app, table: BenchTable.name, rows: Self.table.rows,
                        for: bench.pace.duration)
                samples.add("sqlite3", [.requests: pages, .changes: pages * Double(Self.table.rows)])
            }
        }
        return WorkReport(name, summary: summary, samples)
    }

    /// Pulls as other devices of the same users would: nothing is the asker's own.
    private func pull(_ bench: Workbench, in folder: URL) throws -> Sample {
        try bench.withServer(in: folder) { server in
            let devices = try server.devices(bench.pace.users)
            let begin = devices.map { _ in "1970-01-01T00:00:00.000Z" }
            let (requests, lengths) = try BenchTable.requests(of: Self.table.rows, server, devices, since: begin)
            let connections = bench.pace.connections
            var sample = try bench.load(port: server.port, pid: server.process.pid) { connection in
                GetConversation(requests.share(of: connection, among: connections), bodyLength: lengths)
            }.sample
            sample[.changes] = (sample[.requests] ?? 0) * Double(Self.table.rows)
            return sample
        }
    }
}
