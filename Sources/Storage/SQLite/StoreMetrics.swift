import CoreMetrics

/// The figures of the store (spec: operations.md, "Health, metrics, logs").
struct StoreMetrics: Sendable {
    /// From the start of a transaction to the end of its commit.
    let commit: Timer
    /// How many pushes a commit took.
    let groupSize: Recorder
    /// From the start of a page's snapshot to its end.
    let read: Timer
    /// How many pushes wait for the writer.
    let queueDepth: Gauge
    /// How long a page waited for a reader.
    let readerWait: Timer

    init(factory: any MetricsFactory) {
        commit = Timer(label: "mana_sync_store_commit_seconds", dimensions: [], factory: factory)
        groupSize = Recorder(label: "mana_sync_store_group_size", factory: factory)
        read = Timer(label: "mana_sync_store_read_seconds", dimensions: [], factory: factory)
        queueDepth = Gauge(label: "mana_sync_store_queue_depth", factory: factory)
        readerWait = Timer(label: "mana_sync_store_reader_wait_seconds", dimensions: [], factory: factory)
    }
}

extension Duration {
    /// Whole nanoseconds, as timers take them.
    var nanoseconds: Int64 {
        components.seconds * 1_000_000_000 + components.attoseconds / 1_000_000_000
    }
}
