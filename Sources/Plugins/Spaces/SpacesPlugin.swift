import CachedLookup
import Domain
public import Kernel
import Logging

/// Lets users share records in spaces, whose members the auth service knows (spec: protocol.md, "Spaces"; decision 13).
///
/// It knows nothing of sync: it provides a ``SpaceDirectory``, and keeps in storage which spaces users may read, and write into.
public struct SpacesPlugin: Plugin {
    public static let manifest = PluginManifest(
        id: "spaces", summary: "records shared in spaces, whose members the auth service knows",
        needs: [.required(.spaceGrants)], provides: [AnyServiceKey(ServiceKey.spaceDirectory)])

    private let credential: ServiceCredential
    private let endpoint: UserEndpoint
    private let lookup: CachedLookup<Memberships>
    private let directory: MembershipDirectory
    private let logger: Logger

    public init(config: SpacesConfig, dependencies: Dependencies) throws {
        guard let address = ServiceAddress(config.authURL) else {
            throw PlanRefusal("plugins.spaces.authURL \(ServiceAddress.rule)", remedy: "Correct the address.")
        }
        credential = try ServiceCredential(
            key: config.serviceKey, file: config.serviceKeyFile, section: "plugins.spaces",
            host: dependencies.server.host)
        var limits = UserEndpoint.Limits()
        limits.timeout = config.timeout
        limits.maximumBytes = 256 << 10
        let time = dependencies.time
        let endpoint = UserEndpoint(
            address: address, path: "/api/v1/internal/users/{userId}/memberships", limits: limits, time: time)
        var settings = CachedLookupSettings()
        settings.cacheFor = config.cacheFor
        settings.staleFor = config.staleFor
        settings.capacity = config.cachedUsers
        let grants = try dependencies.require(.spaceGrants)
        let memberships = GrantedMemberships(
            endpoint: endpoint, grants: grants, readOnlyRoles: Set(config.readOnlyRoles.map { $0.lowercased() }),
            time: time)
        self.endpoint = endpoint
        lookup = CachedLookup(
            service: "memberships", consequence: "what it said last holds, and nobody's changes are refused",
            settings: settings, time: time, metrics: dependencies.metrics, logger: dependencies.logger
        ) { userID throws(LookupFailure) in try await memberships.fetch(userID) }
        directory = MembershipDirectory(
            lookup: lookup, grants: grants, staleFor: config.staleFor,
            metrics: SpacesMetrics(factory: dependencies.metrics))
        logger = dependencies.logger
    }

    public func register(into registry: inout PluginRegistry) {
        registry.provide(.spaceDirectory, directory)
        registry.healthCheck(
            HealthCheck("memberships-service", isNeededForReadiness: false) { [lookup] in
                lookup.downSince == nil ? .healthy : .unhealthy("does not answer; what it said last holds meanwhile")
            })
        for description in MetricDescription.cachedLookups + SpacesMetrics.descriptions {
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
            logger.warning("the connections to the auth service did not close", metadata: ["error": "\(error)"])
        }
    }
}
