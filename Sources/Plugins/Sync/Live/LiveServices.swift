import Domain
import Kernel

/// What live connections share.
struct LiveServices: Sendable {
    let config: SyncConfig
    let log: any ChangeLog
    /// Who a token speaks for.
    let verify: @Sendable (BearerToken) async throws(AuthenticationError) -> Principal
    /// Who may read which space; nil where a space is a label.
    let spaces: SharedSpaces?
    let time: any TimeSource
    let hub: LiveHub
    let seats: LiveSeats
    let timers: LiveTimers
    let turns = ReadingTurns()
    let metrics: LiveMetrics
    let countDelivered: @Sendable (Int) -> Void

    init(
        config: SyncConfig, log: any ChangeLog, spaces: SharedSpaces? = nil, time: any TimeSource, metrics: LiveMetrics,
        verify: @escaping @Sendable (BearerToken) async throws(AuthenticationError) -> Principal,
        countDelivered: @escaping @Sendable (Int) -> Void
    ) {
        self.config = config
        self.log = log
        self.spaces = spaces
        self.verify = verify
        self.time = time
        self.metrics = metrics
        self.countDelivered = countDelivered
        hub = LiveHub(metrics: metrics)
        seats = LiveSeats(
            limits: LiveSeats.Limits(
                streamsPerUser: config.maxStreamsPerUser, socketsPerUser: config.maxSocketsPerUser,
                unauthenticated: config.maxUnauthenticated), metrics: metrics)
        timers = LiveTimers(time: time)
    }

    /// Ends the streams, and returns when they have ended or `deadline` has passed.
    func drain(until deadline: ContinuousClock.Instant) async {
        hub.drain()
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await seats.waitForNoStream() }
            group.addTask {
                // Cancelled where the streams end first.
                try? await Task.sleep(until: deadline, clock: .continuous)
            }
            await group.next()
            group.cancelAll()
        }
    }
}
