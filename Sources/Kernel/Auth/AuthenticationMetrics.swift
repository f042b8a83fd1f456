import CoreMetrics

/// The figures of authentication (spec: operations.md, "Health, metrics, logs").
struct AuthenticationMetrics: Sendable {
    let cacheHits: Counter
    let cacheMisses: Counter
    let refreshSuccesses: Counter
    let refreshFailures: Counter
    let keysAge: Gauge

    init(factory: any MetricsFactory) {
        func counter(_ label: String, _ result: String) -> Counter {
            Counter(label: label, dimensions: [("result", result)], factory: factory)
        }
        cacheHits = counter("mana_sync_token_cache_total", "hit")
        cacheMisses = counter("mana_sync_token_cache_total", "miss")
        refreshSuccesses = counter("mana_sync_jwks_refreshes_total", "success")
        refreshFailures = counter("mana_sync_jwks_refreshes_total", "failure")
        keysAge = Gauge(label: "mana_sync_jwks_age_seconds", factory: factory)
    }
}
