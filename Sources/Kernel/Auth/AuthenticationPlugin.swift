import HTTPTypes
import HummingbirdCore
import Logging
import ServiceLifecycle

/// Finds out who asks: verifies the bearer token of every route that demands `authenticated`.
///
/// Built in, with the section `auth`. The keys come from `auth.jwksURL`; where that is not set, from the plugin that provides
/// ``ServiceKey/localKeySet``; where there is none either, from the auth service's usual place on this machine.
struct AuthenticationPlugin: Plugin {
    static let section = "auth"
    static let manifest = PluginManifest(
        id: "auth", summary: "verifies bearer tokens (JWT, EdDSA) by a JWK set",
        needs: [.optional(.localKeySet)], provides: [AnyServiceKey(ServiceKey.tokenVerifier)])

    private let keys: KeyStore
    private let verifier: TokenVerifier
    private let remote: RemoteKeySetSource?
    private let logger: Logger

    init(config: AuthConfig, dependencies: Dependencies) throws {
        var settings = AuthenticationSettings()
        settings.issuer = config.issuer
        settings.audience = config.audience
        settings.leeway = config.leeway
        settings.refreshEvery = config.refreshEvery
        settings.unknownKeyCooldown = config.unknownKeyCooldown
        settings.staleKeysFor = config.staleKeysFor
        settings.cachedTokens = config.cachedTokens
        logger = dependencies.logger
        let local = try dependencies.optional(.localKeySet)
        let source: any KeySetSource
        if let local, config.jwksURL == nil {
            source = local
            remote = nil
        } else {
            let fetched = RemoteKeySetSource(url: config.jwksURL ?? AuthConfig.localJWKSURL)
            source = fetched
            remote = fetched
        }
        keys = KeyStore(
            source: source, settings: settings, time: dependencies.time, metrics: dependencies.metrics,
            logger: dependencies.logger)
        verifier = TokenVerifier(settings: settings, keys: keys, time: dependencies.time)
    }

    func register(into registry: inout PluginRegistry) {
        registry.provide(.tokenVerifier, verifier)
        registry.gate(
            Gate("bearer-token", phase: .authenticate, target: .routes(demanding: .authenticated)) {
                [verifier] request, context, next in
                let token = try BearerToken(authorization: request.headers[values: .authorization])
                var context = context
                context.principal = try await verifier.verify(token)
                return try await next(request, context)
            })
        registry.healthCheck(
            HealthCheck("keys") { [keys] in
                keys.isReady ? .healthy : .unhealthy("there are no keys to verify tokens with")
            })
        registry.background("key-refresh", KeyRefresh(keys: keys))
        registry.metric(
            MetricDescription(
                .counter, "mana_sync_token_cache_total", help: "Tokens looked up in the cache of verified tokens."))
        registry.metric(
            MetricDescription(
                .gauge, "mana_sync_jwks_age_seconds", help: "Age of the keys that tokens are verified with."))
        registry.metric(MetricDescription(.counter, "mana_sync_jwks_refreshes_total", help: "Fetches of the JWK set."))
    }

    func start() async throws {
        // Without keys the server runs and is not ready: the background refresh goes on trying.
        _ = await keys.refresh()
    }

    func stop() async {
        do {
            try await remote?.shutdown()
        } catch {
            logger.warning("the connections to the issuer of keys did not close", metadata: ["error": "\(error)"])
        }
    }
}

/// Keeps the keys fresh from start to stop.
private struct KeyRefresh: Service {
    let keys: KeyStore

    func run() async throws {
        try await keys.run()
    }
}
