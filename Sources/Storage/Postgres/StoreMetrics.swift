import CoreMetrics

/// The figures of the store (spec: operations.md, "Health, metrics, logs"). Those of the connections are the client's.
struct StoreMetrics: Sendable {
    /// From a push's call to the answer to its commit, page included.
    private let commit: Timer
    /// From a page's call to its rows.
    private let read: Timer
    /// How often a transaction was sent again.
    private let repeated: Counter

    init(factory: any MetricsFactory) {
        commit = Timer(label: "mana_sync_store_commit_seconds", dimensions: [], factory: factory)
        read = Timer(label: "mana_sync_store_read_seconds", dimensions: [], factory: factory)
        repeated = Counter(label: "mana_sync_store_repeated_transactions_total", dimensions: [], factory: factory)
    }

    func pushEnded(took duration: Duration) { commit.recordNanoseconds(duration.nanoseconds) }

    func readEnded(took duration: Duration) { read.recordNanoseconds(duration.nanoseconds) }

    func transactionRepeated() { repeated.increment() }
}

extension Duration {
    /// Whole nanoseconds, as timers take them.
    fileprivate var nanoseconds: Int64 {
        components.seconds * 1_000_000_000 + components.attoseconds / 1_000_000_000
    }
}
