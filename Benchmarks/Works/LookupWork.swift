import CachedLookup
import CoreMetrics
import Kernel
import Logging
import NIOCore
import NIOPosix

/// What a gate that asks an outside service adds to a request whose answer is known, without a server: one lookup that hits, on one core.
struct LookupWork: Work {
    let name = "cached-lookup"
    let summary = "CachedLookup.cached of 10,000 users whose answers are known, on one core"

    private static let users = (0..<10_000).map { "user-\($0)@example.com" }

    func measure(on bench: Workbench) throws -> WorkReport {
        let lookup = CachedLookup<Bool>(
            service: "bench", consequence: "nothing follows", settings: CachedLookupSettings(),
            time: SystemTimeSource(),
            metrics: NOOPMetricsHandler.instance, logger: Logger(label: "bench") { _ in SwiftLogNoOpLogHandler() }
        ) { _ throws(LookupFailure) in true }
        try bench.group.next().makeFutureWithTask { for user in Self.users { _ = await lookup.lookup(user) } }.wait()
        var samples = RoundSamples()
        for _ in 0..<bench.pace.rounds {
            let begun = ContinuousClock.now
            var found = 0
            while ContinuousClock.now - begun < bench.pace.duration {
                for user in Self.users where lookup.cached(user) != nil { found += 1 }
            }
            let seconds = (ContinuousClock.now - begun).seconds
            samples.add("CachedLookup", [.lookupTime: seconds * 1e9 / Double(max(1, found))])
        }
        return WorkReport(name, summary: summary, samples)
    }
}
