import CachedLookup
import Domain
public import Kernel

/// Lets users share records in spaces, whose members the auth service knows (spec: protocol.md, "Spaces"; decision 13).
///
/// It knows nothing of sync: it provides a ``SpaceDirectory``, and keeps in storage which spaces users may read, and write into.
public struct SpacesPlugin: Plugin {
    public static let manifest = PluginManifest(
        id: "spaces", summary: "records shared in spaces, whose members the auth service knows",
        needs: [.required(.spaceGrants)], provides: [AnyServiceKey(ServiceKey.spaceDirectory)])

    private let lookup: ServiceLookup<Memberships>
    private let directory: MembershipDirectory

    public init(config: SpacesConfig, dependencies: Dependencies) throws {
        var limits = UserEndpoint.Limits()
        limits.timeout = config.timeout
        limits.maximumBytes = 256 << 10
        var settings = CachedLookupSettings()
        settings.cacheFor = config.cacheFor
        settings.staleFor = config.staleFor
        settings.capacity = config.cachedUsers
        let grants = try dependencies.require(.spaceGrants)
        let memberships = GrantedMemberships(
            grants: grants, readOnlyRoles: Set(config.readOnlyRoles.map { $0.lowercased() }), time: dependencies.time)
        lookup = try ServiceLookup(
            of: Self.service, at: config.authURL, key: config.serviceKey, keyFile: config.serviceKeyFile,
            limits: limits, settings: settings, dependencies: dependencies
        ) { endpoint, userID throws(LookupFailure) in try await memberships.fetch(userID, from: endpoint) }
        directory = MembershipDirectory(
            lookup: lookup.answers, grants: grants, staleFor: config.staleFor,
            metrics: SpacesMetrics(factory: dependencies.metrics))
    }

    private static let service = OutsideService(
        name: "memberships", section: "plugins.spaces", addressKey: "authURL",
        path: "/api/v1/internal/users/{userId}/memberships",
        consequence: "what it said last holds; users of whom nothing is known have to wait",
        meanwhile: "what it said last holds meanwhile")

    public func register(into registry: inout PluginRegistry) {
        registry.provide(.spaceDirectory, directory)
        lookup.register(into: &registry)
        for description in SpacesMetrics.descriptions { registry.metric(description) }
    }

    public func start() async throws {
        try lookup.start()
    }

    public func stop() async {
        await lookup.stop()
    }
}
