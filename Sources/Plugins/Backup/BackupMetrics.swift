import CoreMetrics
import Kernel

/// What is measured of the operator's backups.
struct BackupMetrics: Sendable {
    private let factory: any MetricsFactory
    private let lastSuccess: Gauge
    private let bytes: Gauge
    private let duration: Gauge
    private let verifyFailures: Counter
    private let stagingSpace: Gauge
    private let pruned: Counter
    private let orphans: Counter

    init(factory: any MetricsFactory) {
        self.factory = factory
        lastSuccess = Gauge(label: "mana_sync_backup_last_success_timestamp_seconds", factory: factory)
        bytes = Gauge(label: "mana_sync_backup_last_size_bytes", factory: factory)
        duration = Gauge(label: "mana_sync_backup_last_duration_seconds", factory: factory)
        verifyFailures = Counter(label: "mana_sync_backup_verify_failures_total", factory: factory)
        stagingSpace = Gauge(label: "mana_sync_backup_staging_free_bytes", factory: factory)
        pruned = Counter(label: "mana_sync_backup_pruned_total", factory: factory)
        orphans = Counter(label: "mana_sync_backup_orphans_total", factory: factory)
        verifyFailures.increment(by: 0)
    }

    func runEnded(_ kind: CatalogEntry.Kind, isDone: Bool) {
        Counter(
            label: "mana_sync_backup_runs_total",
            dimensions: [("kind", kind.rawValue), ("result", isDone ? "done" : "failed")], factory: factory
        ).increment()
    }

    func succeeded(at time: UnixTime, bytes size: Int64, took elapsed: Duration) {
        lastSuccess.record(time.seconds)
        bytes.record(size)
        duration.record(elapsed.inSeconds)
    }

    /// When the newest verified backup that the catalog knows was made.
    func knows(lastSuccess time: UnixTime) {
        lastSuccess.record(time.seconds)
    }

    func verifyFailed() {
        verifyFailures.increment()
    }

    func hasStagingSpace(bytes count: UInt64) {
        stagingSpace.record(Double(count))
    }

    func pruned(_ count: Int) {
        pruned.increment(by: count)
    }

    func foundOrphans(_ count: Int) {
        orphans.increment(by: count)
    }

    static let descriptions = [
        MetricDescription(
            .gauge, "mana_sync_backup_last_success_timestamp_seconds",
            help: "When the newest verified backup was finished, in seconds since 1970."),
        MetricDescription(
            .counter, "mana_sync_backup_runs_total",
            help: "Runs of backups by kind (on_demand, scheduled) and result (done, failed)."),
        MetricDescription(.gauge, "mana_sync_backup_last_size_bytes", help: "Size of the newest verified backup."),
        MetricDescription(
            .gauge, "mana_sync_backup_last_duration_seconds", help: "Time that the newest verified backup took."),
        MetricDescription(
            .counter, "mana_sync_backup_verify_failures_total",
            help: "Backups that were read back and were not what was stored."),
        MetricDescription(
            .gauge, "mana_sync_backup_staging_free_bytes", help: "Free space where snapshots are staged."),
        MetricDescription(.counter, "mana_sync_backup_pruned_total", help: "Backups that retention removed."),
        MetricDescription(
            .counter, "mana_sync_backup_orphans_total",
            help: "Artifacts without an entry in the catalog, and entries without an artifact, that a sweep found."),
    ]
}
