import CoreMetrics
import Kernel

/// What the gate decided.
struct BillingMetrics: Sendable {
    let active: Counter
    let inactive: Counter
    let exempt: Counter
    /// Let through since the credits service did not answer.
    let unknown: Counter

    init(factory: any MetricsFactory) {
        func decisions(_ decision: String) -> Counter {
            Counter(
                label: "mana_sync_billing_decisions_total", dimensions: [("decision", decision)], factory: factory)
        }
        active = decisions("active")
        inactive = decisions("inactive")
        exempt = decisions("exempt")
        unknown = decisions("unknown")
    }

    static let descriptions = [
        MetricDescription(
            .counter, "mana_sync_billing_decisions_total",
            help:
                "Requests by what billing knew: active, inactive (answered 402), exempt, unknown (let through, since the credits service did not answer)."
        )
    ]
}
