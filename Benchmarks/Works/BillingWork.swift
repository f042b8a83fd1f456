import Foundation
import NIOCore

/// Empty pulls of users whose subscription is known, beside a server that asks nobody: what is measured is the gate.
struct BillingWork: Work {
    let name = "billing-gate"
    let summary =
        "GET /sync/bench/pull without news, with Billing and its users' answers in the cache, beside the same without"

    func measure(on bench: Workbench) throws -> WorkReport {
        var samples = RoundSamples()
        try bench.withFolder(name) { folder in
            try bench.withBareServer(answering: #"{"active":true}"#) { _, creditsPort in
                let (gated, open) = (folder.appendingPathComponent("gated"), folder.appendingPathComponent("open"))
                try bench.withServer(in: gated, creditsPort: creditsPort) { billed in
                    try bench.withServer(in: open) { unbilled in
                        let servers = [("with Billing", billed), ("without", unbilled)]
                        let devices = try servers.map { try $0.1.devices(bench.pace.users) }
                        for round in 0..<bench.pace.rounds {
                            // Whoever comes first has no advantage of it.
                            for index in round % 2 == 0 ? [0, 1] : [1, 0] {
                                let (subject, server) = servers[index]
                                let sample = try HelloWork.emptyPull.load(
                                    bench, server.port, server.process.pid, devices[index])
                                samples.add(subject, sample, beside: index == 0 ? nil : servers[0].0)
                            }
                        }
                        try Self.check(billed)
                    }
                }
            }
        }
        return WorkReport(name, summary: summary, samples)
    }

    /// Every request passed because its user's subscription is active. The gate would have let it pass, too, with nothing known.
    private static func check(_ server: ServerUnderTest) throws {
        let metrics = try BlockingClient.exchange(.get("/metrics"), port: server.port).text
        let decisions = metrics.split(separator: "\n").filter { $0.hasPrefix("mana_sync_billing_decisions_total{") }
        let count = { (decision: String) in
            decisions.first { $0.contains("\"\(decision)\"") }
                .flatMap { $0.split(separator: " ").last }.flatMap { Double($0) } ?? 0
        }
        guard count("active") > 0, count("unknown") == 0, count("inactive") == 0, count("exempt") == 0 else {
            throw BenchmarkError("the gate did not know its users: \(decisions.joined(separator: ", "))")
        }
    }
}
