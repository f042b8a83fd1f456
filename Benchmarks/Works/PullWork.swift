import Foundation
import NIOCore

/// Pulls of 1,000 changes, beside one thread that selects the same rows with the sqlite3 library.
struct PullWork: Work {
    let name = "pull-1000"
    let summary =
        "GET /sync/bench/pull of 1,000 changes, beside the sqlite3 library selecting the same rows from one thread"

    private static let page = 1000
    private static let table = "tasks"

    func measure(on bench: Workbench) throws -> WorkReport {
        var samples = RoundSamples()
        try bench.withFolder(name) { folder in
            let database = try bench.withServer(in: folder) { server in
                try fill(bench, server)
                return server.database
            }
            for _ in 0..<bench.pace.rounds {
                samples.add("mana-sync", try pull(bench, in: folder))
                let users = (0..<bench.pace.users).map { "u-bench-\($0)" }
                let pages = try ReferenceReads(database)
                    .run(users: users, app: Device.app, table: Self.table, rows: Self.page, for: bench.pace.duration)
                samples.add("sqlite3", [.requests: pages, .changes: pages * Double(Self.page)])
            }
        }
        return WorkReport(name, summary: summary, samples)
    }

    /// Gives each user exactly one page of changes of the table.
    private func fill(_ bench: Workbench, _ server: ServerUnderTest) throws {
        let corpus = try bench.corpus.only(table: Self.table)
        for (number, device) in try server.devices(bench.pace.users).enumerated() {
            var push = PushConversation(
                devices: [device], changes: Self.page / 5, withEventIDs: false, corpus: corpus, connection: number)
            for _ in 0..<5 {
                var request = ByteBuffer()
                push.writeRequest(into: &request)
                try push.accept(BlockingClient.exchange(request, port: server.port))
            }
        }
    }

    /// Pulls as other devices of the same users would: nothing is the asker's own.
    private func pull(_ bench: Workbench, in folder: URL) throws -> Sample {
        try bench.withServer(in: folder) { server in
            let devices = try server.devices(bench.pace.users)
            let path =
                "/sync/\(Device.app)/pull?collection=\(Self.table)&since=1970-01-01T00:00:00.000Z&limit=\(Self.page)"
            var lengths: [Int] = []
            for device in devices {
                let answer = try BlockingClient.exchange(.get(path, as: device), port: server.port)
                guard answer.status == 200, try ChangePage(answer.body).changes == Self.page else {
                    throw BenchmarkError("a pull was answered \(answer.status): \(answer.text.prefix(400))")
                }
                lengths.append(answer.body.readableBytes)
            }
            let bounds = (lengths.min() ?? 0)...(lengths.max() ?? 0)
            let connections = bench.pace.connections
            var sample = try bench.load(port: server.port, pid: server.process.pid) { connection in
                let share = devices.share(of: connection, among: connections)
                return GetConversation(share.map { .get(path, as: $0) }, bodyLength: bounds)
            }.sample
            sample[.changes] = (sample[.requests] ?? 0) * Double(Self.page)
            return sample
        }
    }
}
