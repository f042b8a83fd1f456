import CoreMetrics

/// The figures of the store (spec: operations.md, "Health, metrics, logs").
struct StoreMetrics: Sendable {
    /// From the start of a transaction to the end of its commit.
    private let commit: Timer
    /// How many pushes a commit took.
    private let groupSize: Recorder
    /// From the start of a page's snapshot to its end.
    private let read: Timer
    /// How many pushes wait for the writer.
    private let queueDepth: Gauge
    /// How long a page waited for a reader.
    private let readerWait: Timer

    init(factory: any MetricsFactory) {
        commit = Timer(label: "mana_sync_store_commit_seconds", dimensions: [], factory: factory)
        groupSize = Recorder(label: "mana_sync_store_group_size", factory: factory)
        read = Timer(label: "mana_sync_store_read_seconds", dimensions: [], factory: factory)
        queueDepth = Gauge(label: "mana_sync_store_queue_depth", factory: factory)
        readerWait = Timer(label: "mana_sync_store_reader_wait_seconds", dimensions: [], factory: factory)
    }

    /// A transaction of so many pushes came to its end.
    func groupEnded(pushes: Int, took duration: Duration) {
        commit.recordNanoseconds(duration.nanoseconds)
        groupSize.record(pushes)
    }

    /// So many pushes wait.
    func queueHas(_ pushes: Int) {
        queueDepth.record(pushes)
    }

    /// A reader began after this wait.
    func readBegan(after wait: Duration) {
        readerWait.recordNanoseconds(wait.nanoseconds)
    }

    /// A reader is free again.
    func readEnded(took duration: Duration) {
        read.recordNanoseconds(duration.nanoseconds)
    }
}

extension Duration {
    /// Whole nanoseconds, as timers take them.
    fileprivate var nanoseconds: Int64 {
        components.seconds * 1_000_000_000 + components.attoseconds / 1_000_000_000
    }
}
