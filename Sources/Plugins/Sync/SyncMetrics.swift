import CoreMetrics
import Kernel

/// What the plugin counts.
struct SyncMetrics: Sendable {
    private let pushed: Counter
    private let deduplicated: Counter
    private let rejected: Counter
    private let delivered: Counter
    private let lowered: Counter

    init(factory: any MetricsFactory) {
        pushed = Counter(label: "mana_sync_changes_pushed_total", factory: factory)
        deduplicated = Counter(label: "mana_sync_changes_deduplicated_total", factory: factory)
        rejected = Counter(label: "mana_sync_changes_rejected_total", factory: factory)
        delivered = Counter(label: "mana_sync_changes_pulled_total", factory: factory)
        lowered = Counter(label: "mana_sync_timestamps_lowered_total", factory: factory)
    }

    func countPush(stored: Int, deduplicated: Int, rejected: Int, lowered: Int) {
        pushed.increment(by: stored)
        self.deduplicated.increment(by: deduplicated)
        self.rejected.increment(by: rejected)
        self.lowered.increment(by: lowered)
    }

    func countDelivered(_ count: Int) {
        delivered.increment(by: count)
    }

    static let descriptions = [
        MetricDescription(.counter, "mana_sync_changes_pushed_total", help: "Changes that pushes stored."),
        MetricDescription(
            .counter, "mana_sync_changes_deduplicated_total", help: "Pushed changes that were stored before."),
        MetricDescription(
            .counter, "mana_sync_changes_rejected_total", help: "Pushed changes that went to the quarantine."),
        MetricDescription(
            .counter, "mana_sync_changes_pulled_total", help: "Changes delivered in answers to pushes and pulls."),
        MetricDescription(
            .counter, "mana_sync_timestamps_lowered_total",
            help: "Timestamps of changes that were too far in the future."),
    ]
}
