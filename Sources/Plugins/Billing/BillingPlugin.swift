import CachedLookup
import Domain
public import Kernel
import Logging

/// Lets those sync whose subscription is active: fulfils `metered` by asking the credits service (spec: protocol.md, "Billing").
///
/// It fails open: while the credits service does not answer, or says nothing that can be read, everyone may sync. A customer who paid
/// must not be locked out of their data by an outage that is not theirs.
public struct BillingPlugin: Plugin {
    public static let manifest = PluginManifest(
        id: "billing", summary: "asks the credits service whether a user's sync is active", traits: [.metered])

    private let credential: ServiceCredential
    private let endpoint: UserEndpoint
    private let lookup: CachedLookup<SubscriptionStatus>
    private let gate: SubscriptionGate
    private let logger: Logger

    public init(config: BillingConfig, dependencies: Dependencies) throws {
        guard let address = ServiceAddress(config.creditsURL) else {
            throw PlanRefusal("plugins.billing.creditsURL \(ServiceAddress.rule)", remedy: "Correct the address.")
        }
        credential = try ServiceCredential(
            key: config.serviceKey, file: config.serviceKeyFile, section: "plugins.billing",
            host: dependencies.server.host)
        var limits = UserEndpoint.Limits()
        limits.timeout = config.timeout
        let endpoint = UserEndpoint(
            address: address, path: "/api/v1/internal/sync/status/{userId}", limits: limits, time: dependencies.time)
        var settings = CachedLookupSettings()
        settings.cacheFor = config.cacheFor
        settings.capacity = config.cachedUsers
        self.endpoint = endpoint
        lookup = CachedLookup(
            service: "credits", consequence: "sync is allowed to those of whom nothing is known", settings: settings,
            time: dependencies.time, metrics: dependencies.metrics, logger: dependencies.logger
        ) { userID throws(LookupFailure) in
            try SubscriptionStatus(json: await endpoint.answer(about: userID))
        }
        gate = SubscriptionGate(
            lookup: lookup, exemptApps: Set(config.exemptApps),
            metrics: BillingMetrics(factory: dependencies.metrics))
        logger = dependencies.logger
    }

    public func register(into registry: inout PluginRegistry) {
        registry.gate(
            Gate(
                "subscription", phase: .gate, target: .routes(demanding: .metered), relations: [.independentOfAll]
            ) { [gate] request, context, next in
                try await gate.admit(context)
                return try await next(request, context)
            })
        registry.healthCheck(
            HealthCheck("credits-service", isNeededForReadiness: false) { [lookup] in
                lookup.downSince == nil ? .healthy : .unhealthy("does not answer; sync is allowed meanwhile")
            })
        for description in MetricDescription.cachedLookups + BillingMetrics.descriptions {
            registry.metric(description)
        }
    }

    public func start() async throws {
        endpoint.open(showing: try credential.load())
    }

    public func stop() async {
        await lookup.close()
        do {
            try await endpoint.close()
        } catch {
            logger.warning("the connections to the credits service did not close", metadata: ["error": "\(error)"])
        }
    }
}
