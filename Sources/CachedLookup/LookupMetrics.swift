import CoreMetrics
public import Kernel

/// The figures of one lookup. Labels are the service and what happened, never a user.
struct LookupMetrics: Sendable {
    let hits: Counter
    private let misses: Counter
    private let stale: Counter
    private let unknown: Counter
    private let failures: [LookupFailure.Code: Counter]
    private let successTimes: Timer
    private let failureTimes: Timer
    private let entries: Gauge

    init(service: String, factory: any MetricsFactory) {
        func results(_ result: String) -> Counter {
            Counter(
                label: "mana_sync_lookups_total", dimensions: [("service", service), ("result", result)],
                factory: factory)
        }
        func times(_ outcome: String) -> Timer {
            Timer(
                label: "mana_sync_lookup_call_seconds", dimensions: [("service", service), ("outcome", outcome)],
                factory: factory)
        }
        hits = results("hit")
        misses = results("miss")
        stale = results("stale")
        unknown = results("unknown")
        failures = Dictionary(
            uniqueKeysWithValues: LookupFailure.Code.allCases.map { code in
                let dimensions = [("service", service), ("reason", code.rawValue)]
                return (
                    code,
                    Counter(label: "mana_sync_lookup_call_failures_total", dimensions: dimensions, factory: factory)
                )
            })
        successTimes = times("success")
        failureTimes = times("failure")
        entries = Gauge(label: "mana_sync_lookup_users", dimensions: [("service", service)], factory: factory)
    }

    /// Counts a lookup that was not answered by ``CachedLookup/cached(_:)``.
    func count(_ result: LookupResult<some Sendable>) {
        switch result {
        case .fresh: misses.increment()
        case .stale: stale.increment()
        case .unknown: unknown.increment()
        }
    }

    /// Counts a call that has ended.
    func countCall(_ failure: LookupFailure?, took duration: Duration, entries count: Int) {
        entries.record(count)
        guard let failure else { return successTimes.recordSeconds(duration.inSeconds) }
        failureTimes.recordSeconds(duration.inSeconds)
        failures[failure.code]?.increment()
    }
}

extension MetricDescription {
    /// What the metrics of every ``CachedLookup`` mean: for the plugins that have one to declare.
    public static let cachedLookups = [
        MetricDescription(
            .counter, "mana_sync_lookups_total",
            help:
                "Lookups at outside services: answered from memory (hit), by asking (miss), by an old answer (stale), or not (unknown)."
        ),
        MetricDescription(
            .counter, "mana_sync_lookup_call_failures_total", help: "Calls of outside services that failed, by reason."),
        MetricDescription(
            .histogram, "mana_sync_lookup_call_seconds", help: "Time that calls of outside services took."),
        MetricDescription(.gauge, "mana_sync_lookup_users", help: "Users of whom an outside service's answer is kept."),
    ]
}
