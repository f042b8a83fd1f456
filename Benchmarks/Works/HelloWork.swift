import NIOCore

/// Requests that ask for next to nothing: what is measured is the chain around the route.
struct HelloWork: Work {
    let name: String
    let summary: String
    /// Whether the request carries a token, which the server has in its cache after the warm-up, and reads the database.
    private let isAuthenticated: Bool

    /// Nothing but the chain.
    static let live = HelloWork(
        name: "live", summary: "GET /health/live, beside a bare NIO handler", isAuthenticated: false)
    /// The chain, a token from the cache, a query that finds nothing.
    static let emptyPull = HelloWork(
        name: "empty-pull",
        summary: "GET /sync/bench/pull without news, token from the cache, beside a bare NIO handler",
        isAuthenticated: true)

    func measure(on bench: Workbench) throws -> WorkReport {
        var samples = RoundSamples()
        try bench.withFolder(name) { folder in
            try bench.withServer(in: folder) { server in
                try bench.withBareServer { bare, barePort in
                    let devices = isAuthenticated ? try server.devices(bench.pace.users) : []
                    for _ in 0..<bench.pace.rounds {
                        samples.add("mana-sync", try load(bench, server.port, server.process.pid, devices))
                        samples.add("bare NIO", try load(bench, barePort, bare.pid, devices))
                    }
                }
            }
        }
        return WorkReport(name, summary: summary, samples)
    }

    /// One round against a server.
    func load(_ bench: Workbench, _ port: Int, _ pid: Int32, _ devices: [Device]) throws -> Sample {
        let connections = bench.pace.connections
        let isAuthenticated = isAuthenticated
        var sample = try bench.load(port: port, pid: pid) { connection in
            let share = devices.share(of: connection, among: connections)
            let pull = "/sync/\(Device.app)/pull?collection=tasks&since=2026-01-01T00:00:00Z"
            let requests = isAuthenticated ? share.map { .get(pull, as: $0) } : [ByteBuffer.get("/health/live")]
            return GetConversation(requests, bodyLength: 1...400)
        }.sample
        sample[.megabytes] = nil
        return sample
    }
}
