import Domain
import HTTPTypes
public import Kernel
import Synchronization

/// The sync protocol: push and pull, and live delivery by streams and WebSockets (spec: protocol.md).
public struct SyncPlugin: Plugin {
    public static let manifest = PluginManifest(
        id: "sync", summary: "push and pull of changes, streams and WebSockets",
        needs: [
            .required(.changeLog), .required(.changeNotices), .required(.tokenVerifier), .required(.spaceGrants),
            .optional(.spaceDirectory),
        ],
        provides: [AnyServiceKey(ServiceKey.connectedUsers)], traits: [.metered])

    private let push: PushRoute
    private let pull: PullRoute
    private let stream: StreamRoute
    private let live: LiveServices
    private let news: NewsSubscription

    public init(config: SyncConfig, dependencies: Dependencies) throws {
        let log = try dependencies.require(.changeLog)
        let metrics = SyncMetrics(factory: dependencies.metrics)
        let answers = SyncAnswerWriter(timestampKey: config.fieldTimestampKey)
        let grants = try dependencies.require(.spaceGrants)
        let spaces = try dependencies.optional(.spaceDirectory).map { SharedSpaces(directory: $0, grants: grants) }
        push = PushRoute(
            config: config, log: log, spaces: spaces?.directory, time: dependencies.time, metrics: metrics,
            answers: answers)
        pull = PullRoute(config: config, log: log, spaces: spaces?.directory, metrics: metrics, answers: answers)
        let verifier = try dependencies.require(.tokenVerifier)
        live = LiveServices(
            config: config, log: log, spaces: spaces, time: dependencies.time,
            metrics: LiveMetrics(factory: dependencies.metrics),
            verify: { (token) throws(AuthenticationError) in try await verifier.verify(token) },
            countDelivered: { metrics.countDelivered($0) })
        stream = StreamRoute(live: live)
        news = NewsSubscription(notices: try dependencies.require(.changeNotices), hub: live.hub)
    }

    public func register(into registry: inout PluginRegistry) {
        registry.route(
            Route(
                .post, "/sync/{appId}", access: .requires([.authenticated, .metered]),
                summary: "push changes, and get what others wrote"
            ) { [push] request, context in try await push.respond(to: request, context) })
        registry.route(
            Route(
                .get, "/sync/{appId}/pull", access: .requires([.authenticated, .metered]),
                summary: "what others wrote into one table"
            ) { [pull] request, context in try await pull.respond(to: request, context) })
        registry.route(
            Route(
                .get, "/sync/{appId}/stream", access: .requires([.authenticated, .metered]),
                summary: "what others wrote and write, as Server-Sent Events"
            ) { [stream] request, context in try await stream.respond(to: request, context) })
        for route in SocketRoutes(live: live).routes { registry.socket(route) }
        registry.provide(.connectedUsers, ConnectedUsers { [seats = live.seats] in seats.users })
        registry.background("timers", live.timers)
        if let refresh = MembershipRefresh(live: live) { registry.background("memberships", refresh) }
        for description in SyncMetrics.descriptions + LiveMetrics.descriptions { registry.metric(description) }
    }

    public func start() async throws {
        news.begin()
    }

    public func drain(until deadline: ContinuousClock.Instant) async {
        await live.drain(until: deadline)
    }

    public func stop() async {
        news.end()
    }
}

/// The hub's subscription to the store's news, from the plugin's start to its stop.
private final class NewsSubscription: Sendable {
    private let notices: any ChangeNotices
    private let hub: LiveHub
    private let current = Mutex<ChangeSubscription?>(nil)

    init(notices: any ChangeNotices, hub: LiveHub) {
        self.notices = notices
        self.hub = hub
    }

    func begin() {
        let subscription = notices.subscribe { [hub] in hub.tell($0) }
        current.withLock { $0 = subscription }
    }

    func end() {
        current.withLock { subscription in
            subscription?.cancel()
            subscription = nil
        }
    }
}
