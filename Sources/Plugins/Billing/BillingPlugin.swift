import CachedLookup
import Domain
public import Kernel

/// Lets those sync whose subscription is active: fulfils `metered` by asking the credits service (spec: protocol.md, "Billing").
///
/// It fails open: while the credits service does not answer, or says nothing that can be read, everyone may sync. A customer who paid
/// must not be locked out of their data by an outage that is not theirs.
public struct BillingPlugin: Plugin {
    public static let manifest = PluginManifest(
        id: "billing", summary: "asks the credits service whether a user's sync is active", traits: [.metered])

    private let lookup: ServiceLookup<SubscriptionStatus>
    private let gate: SubscriptionGate

    public init(config: BillingConfig, dependencies: Dependencies) throws {
        var limits = UserEndpoint.Limits()
        limits.timeout = config.timeout
        var settings = CachedLookupSettings()
        settings.cacheFor = config.cacheFor
        settings.capacity = config.cachedUsers
        lookup = try ServiceLookup(
            of: Self.service, at: config.creditsURL, key: config.serviceKey, keyFile: config.serviceKeyFile,
            limits: limits, settings: settings, dependencies: dependencies
        ) { endpoint, userID throws(LookupFailure) in
            try SubscriptionStatus(json: await endpoint.answer(about: userID))
        }
        gate = SubscriptionGate(
            lookup: lookup.answers, exemptApps: Set(config.exemptApps),
            metrics: BillingMetrics(factory: dependencies.metrics))
    }

    private static let service = OutsideService(
        name: "credits", section: "plugins.billing", addressKey: "creditsURL",
        path: "/api/v1/internal/sync/status/{userId}",
        consequence: "sync is allowed to those of whom nothing is known", meanwhile: "sync is allowed meanwhile")

    public func register(into registry: inout PluginRegistry) {
        registry.gate(
            Gate(
                "subscription", phase: .gate, target: .routes(demanding: .metered), relations: [.independentOfAll]
            ) { [gate] request, context, next in
                try await gate.admit(context)
                return try await next(request, context)
            })
        lookup.register(into: &registry)
        for description in BillingMetrics.descriptions { registry.metric(description) }
    }

    public func start() async throws {
        try lookup.start()
    }

    public func stop() async {
        await lookup.stop()
    }
}
