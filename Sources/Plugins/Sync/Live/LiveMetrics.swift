import CoreMetrics
import Kernel

/// The figures of live delivery (spec: operations.md, "Health, metrics, logs").
struct LiveMetrics: Sendable {
    private let sockets: Gauge
    private let streams: Gauge
    private let connections: Gauge
    private let users: Gauge
    private let delay: Timer
    private let ended: [StreamEnd: Counter]

    init(factory: any MetricsFactory) {
        func connections(_ kind: String) -> Gauge {
            Gauge(label: "mana_sync_connections", dimensions: [("kind", kind)], factory: factory)
        }
        sockets = connections("websocket")
        streams = connections("sse")
        self.connections = Gauge(label: "mana_sync_connections_total", factory: factory)
        users = Gauge(label: "mana_sync_users_connected", factory: factory)
        delay = Timer(label: "mana_sync_notification_delay_seconds", dimensions: [], factory: factory)
        ended = Dictionary(
            uniqueKeysWithValues: StreamEnd.allCases.map { end in
                let dimensions = [("reason", end.rawValue)]
                return (end, Counter(label: "mana_sync_streams_ended_total", dimensions: dimensions, factory: factory))
            })
    }

    /// So many are connected now.
    func connected(sockets: Int, streams: Int) {
        self.sockets.record(sockets)
        self.streams.record(streams)
        connections.record(sockets + streams)
    }

    /// Connections of so many users are authenticated.
    func usersConnected(_ count: Int) {
        users.record(count)
    }

    /// The listeners of one event loop were told of a commit.
    func told(after delay: Duration) {
        self.delay.recordNanoseconds(delay.microseconds * 1000)
    }

    /// A stream ended.
    func streamEnded(_ end: StreamEnd) {
        ended[end]?.increment()
    }

    static let descriptions = [
        MetricDescription(.gauge, "mana_sync_connections", help: "Open streams and WebSockets."),
        MetricDescription(
            .gauge, "mana_sync_connections_total", help: "Open streams and WebSockets together, not a counter."),
        MetricDescription(
            .gauge, "mana_sync_users_connected", help: "Users with an open stream or an authenticated WebSocket."),
        MetricDescription(
            .histogram, "mana_sync_notification_delay_seconds",
            help: "Time from a commit's notice until the listeners of one event loop are told.",
            buckets: [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1]),
        MetricDescription(.counter, "mana_sync_streams_ended_total", help: "Streams that ended, by reason."),
    ]
}
