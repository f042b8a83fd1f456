public import Logging

/// Computes plans.
public struct PlanBuilder: Sendable {
    private let catalog: PluginCatalog
    private let time: any TimeSource
    private let logger: Logger

    /// A builder of plans out of the plugins of `catalog`.
    public init(catalog: PluginCatalog, time: any TimeSource = SystemTimeSource(), logger: Logger) {
        self.catalog = catalog
        self.time = time
        self.logger = logger
    }

    /// The plan of a configuration. Makes the plugins; starts nothing, opens nothing.
    ///
    /// - Throws: ``PlanRefusals`` with every reason that can be found at once.
    public func plan(_ configuration: Configuration) throws(PlanRefusals) -> Plan {
        let enabled = catalog.plugins.filter { configuration.isEnabled($0.section) || !$0.isSwitchable }
        let disabled = catalog.plugins.filter { type in !enabled.contains { $0 == type } }
        let order = try PluginOrder(enabled: enabled, disabled: disabled).sorted()
        let state = ServerState(time: time)
        let made = try PluginMaker(configuration: configuration, time: time, logger: logger, state: state).make(order)
        let routes = try planRoutes(of: made, configuration)
        let plugins = made.map {
            PlannedPlugin(
                manifest: $0.manifest, onFailure: configuration.failurePolicy(of: $0.section), plugin: $0.plugin,
                background: $0.registry.background, healthChecks: $0.registry.healthChecks)
        }
        state.observe(plugins)
        let services = made.reduce(into: ServiceTable()) { $0.merge($1.registry.services) }
        let metrics = made.flatMap(\.registry.metrics)
        (services[.metricsFactory] as? any MetricsBackend)?.describe(metrics)
        return Plan(
            configuration: configuration, plugins: plugins,
            disabled: disabled.map { $0.manifest }.sorted { $0.id < $1.id }, routes: routes.routes.map(\.planned),
            metrics: metrics,
            openTraits: Set(routes.routes.flatMap(\.planned.openTraits)).sorted { $0.name < $1.name },
            services: services,
            responder: PlanResponder(
                plan: routes, server: configuration.section(ServerConfig.self, at: "server"), state: state,
                logger: logger),
            state: state)
    }

    private func planRoutes(of made: [MadePlugin], _ configuration: Configuration) throws(PlanRefusals) -> RoutePlan {
        let accepted = configuration.section(KernelConfig.self, at: "kernel").unfulfilled
        let names = TraitNames(manifests: catalog.plugins.map { $0.manifest })
        var refusals = names.unknown(among: accepted, at: configuration.location(of: "kernel.unfulfilled"))
        do throws(PlanRefusals) {
            let plan = try RoutePlanner(
                routes: made.flatMap { plugin in plugin.registry.routes.map { (plugin.manifest.id, $0) } },
                gates: made.flatMap(\.gates), accepted: Set(accepted)
            ).plan()
            if refusals.isEmpty { return plan }
        } catch {
            refusals += error.refusals
        }
        throw PlanRefusals(refusals: refusals)
    }
}
