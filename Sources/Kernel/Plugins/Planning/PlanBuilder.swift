import CoreMetrics
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
        let state = ServerState()
        let made = try make(order, configuration: configuration, state: state)
        let routes = try RoutePlanner(
            routes: made.flatMap { plugin in plugin.registry.routes.map { (plugin.manifest.id, $0) } },
            gates: made.flatMap { plugin in
                plugin.registry.gates.map { OwnedGate(plugin: plugin.manifest.id, gate: $0) }
            },
            accepted: Set(configuration.section(KernelConfig.self, at: "kernel").unfulfilled)
        ).plan()
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
            disabled: disabled.map { $0.manifest }.sorted { $0.id < $1.id }, routes: routes.map(\.planned),
            metrics: metrics,
            openTraits: Set(routes.flatMap(\.planned.openTraits)).sorted { $0.name < $1.name },
            services: services,
            responder: PlanResponder(
                routes: routes, server: configuration.section(ServerConfig.self, at: "server"), state: state,
                logger: logger),
            state: state)
    }

    private struct Made {
        let manifest: PluginManifest
        let section: String
        let plugin: any Plugin
        let registry: PluginRegistry
    }

    private func make(
        _ order: [any Plugin.Type], configuration: Configuration, state: ServerState
    ) throws(PlanRefusals) -> [Made] {
        var services = ServiceTable()
        var made: [Made] = []
        var refusals: [PlanRefusal] = []
        for type in order {
            var pluginLogger = logger
            pluginLogger[metadataKey: "plugin"] = .string(type.manifest.id)
            let dependencies = Dependencies(
                server: configuration.section(ServerConfig.self, at: "server"), time: time, logger: pluginLogger,
                metrics: services[.metricsFactory] ?? NOOPMetricsHandler.instance, state: state,
                manifest: type.manifest,
                services: services)
            do {
                let plugin = try type.make(configuration, dependencies)
                var registry = PluginRegistry()
                plugin.register(into: &registry)
                try checkProvided(registry, type.manifest)
                services.merge(registry.services)
                made.append(Made(manifest: type.manifest, section: type.section, plugin: plugin, registry: registry))
            } catch let refusal as PlanRefusal {
                refusals.append(refusal)
            } catch {
                refusals.append(
                    PlanRefusal(
                        "plugin '\(type.manifest.id)' cannot be made: \(error)",
                        remedy: "See its section '\(type.section)'."))
            }
            // What comes later may need what is missing now: its complaints would only hide the cause.
            if !refusals.isEmpty { break }
        }
        guard refusals.isEmpty else { throw PlanRefusals(refusals: refusals) }
        return made
    }

    private func checkProvided(_ registry: PluginRegistry, _ manifest: PluginManifest) throws(PlanRefusal) {
        let promised = Set(manifest.provides)
        for key in registry.provided.symmetricDifference(promised).sorted(by: { $0.name < $1.name }) {
            throw PlanRefusal(
                promised.contains(key)
                    ? "plugin '\(manifest.id)' names the service '\(key)' in its manifest and does not provide it"
                    : "plugin '\(manifest.id)' provides the service '\(key)', which its manifest does not name",
                remedy: "Make the manifest and `register(into:)` agree.")
        }
    }
}
