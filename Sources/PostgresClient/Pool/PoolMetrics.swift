import CoreMetrics

/// The figures of a pool.
struct PoolMetrics: Sendable {
    private let wait: Timer
    private let waiting: Gauge
    private let connections: Gauge
    private let refused: Counter
    private let failedAttempts: Counter
    private let losses: Counter

    init(factory: any MetricsFactory, prefix: String) {
        wait = Timer(label: "\(prefix)_wait_seconds", dimensions: [], factory: factory)
        waiting = Gauge(label: "\(prefix)_waiting", dimensions: [], factory: factory)
        connections = Gauge(label: "\(prefix)_connections", dimensions: [], factory: factory)
        refused = Counter(label: "\(prefix)_refused_total", dimensions: [], factory: factory)
        failedAttempts = Counter(label: "\(prefix)_failed_connects_total", dimensions: [], factory: factory)
        losses = Counter(label: "\(prefix)_lost_connections_total", dimensions: [], factory: factory)
    }

    /// A request or session got its connection after this wait.
    func served(after duration: Duration) { wait.recordNanoseconds(duration.nanoseconds) }
    /// So many wait.
    func waitingIs(_ count: Int) { waiting.record(count) }
    /// So many connections are open.
    func connectionsAre(_ count: Int) { connections.record(count) }
    /// A request was turned away, because too many waited or it waited too long.
    func refusedOne() { refused.increment() }
    /// An attempt to connect failed.
    func attemptFailed() { failedAttempts.increment() }
    /// A connection broke.
    func lostOne() { losses.increment() }
}
