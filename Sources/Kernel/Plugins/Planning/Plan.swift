/// What a configuration makes of the plugins that are compiled in: which run, in which order, and what every request meets.
///
/// A value computed without I/O. `config check`, `plugins list` and `routes` show it, and the server that boots is this plan and
/// nothing else. A reload computes another one.
public struct Plan: Sendable {
    /// The configuration that it was computed from.
    public let configuration: Configuration
    /// The plugins that run, each after those that it uses.
    public let plugins: [PlannedPlugin]
    /// The plugins that are compiled in and switched off.
    public let disabled: [PluginManifest]
    /// All routes, by path and method.
    public let routes: [PlannedRoute]
    /// What the metrics of all plugins mean.
    public let metrics: [MetricDescription]
    /// The waivable traits that routes demand and no gate fulfils, accepted by `kernel.unfulfilled`.
    public let openTraits: [RouteTrait]

    let services: ServiceTable
    package let responder: PlanResponder
    package let state: ServerState

    /// A service of the plan; nil where no enabled plugin provides it.
    public func service<Value>(_ key: ServiceKey<Value>) -> Value? {
        services[key]
    }
}

/// A plugin that runs.
public struct PlannedPlugin: Sendable {
    /// What it says about itself.
    public let manifest: PluginManifest
    /// What its failure to start does.
    public let onFailure: Configuration.FailurePolicy
    let plugin: any Plugin
    let background: [PluginRegistry.Background]
    let healthChecks: [HealthCheck]
}

/// A route with the gates before it.
public struct PlannedRoute: Sendable {
    /// The route as its plugin declared it.
    public let route: Route
    /// The plugin.
    public let plugin: String
    /// The gates in the order in which a request passes them, as `plugin.gate`.
    public let chain: [String]
    /// The traits that it demands and that are accepted as open.
    public let openTraits: [RouteTrait]

    /// Who may use it, as tables show it: `open (reason)`, or the traits, the accepted ones as `OPEN:metered`.
    public var access: String {
        switch route.access {
        case .open(let reason): "open (\(reason))"
        case .requires(let traits):
            traits.map { openTraits.contains($0) ? "OPEN:\($0.name)" : $0.name }.joined(separator: ", ")
        }
    }
}
