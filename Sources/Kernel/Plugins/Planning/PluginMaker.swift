import CoreMetrics
import Logging

/// A plugin with what it declared.
struct MadePlugin {
    let manifest: PluginManifest
    let section: String
    let plugin: any Plugin
    let registry: PluginRegistry

    /// Its gates, with their owner.
    var gates: [OwnedGate] { registry.gates.map { OwnedGate(plugin: manifest.id, gate: $0) } }
}

/// Makes plugins one after the other, each with the services of those before it.
struct PluginMaker {
    let configuration: Configuration
    let time: any TimeSource
    let logger: Logger
    let state: ServerState

    /// The plugins of `order`. Where one cannot be made, those that need it are left out, since their complaints would only hide the
    /// cause, and all others are tried.
    func make(_ order: [any Plugin.Type]) throws(PlanRefusals) -> [MadePlugin] {
        var services = ServiceTable()
        var broken: Set<AnyServiceKey> = []
        var made: [MadePlugin] = []
        var refusals: [PlanRefusal] = []
        for type in order {
            let manifest = type.manifest
            guard broken.isDisjoint(with: manifest.needs.map(\.key)) else {
                broken.formUnion(manifest.provides)
                continue
            }
            do throws(PlanRefusals) {
                let plugin = try make(type, services)
                services.merge(plugin.registry.services)
                made.append(plugin)
            } catch {
                refusals += error.refusals
                broken.formUnion(manifest.provides)
            }
        }
        guard refusals.isEmpty else { throw PlanRefusals(refusals: refusals) }
        return made
    }

    private func make(_ type: any Plugin.Type, _ services: ServiceTable) throws(PlanRefusals) -> MadePlugin {
        let manifest = type.manifest
        var logger = logger
        logger[metadataKey: "plugin"] = .string(manifest.id)
        let server = configuration.section(ServerConfig.self, at: "server")
        let dependencies = Dependencies(
            server: server, time: time, logger: logger,
            metrics: services[.metricsFactory] ?? NOOPMetricsHandler.instance, state: state, manifest: manifest,
            services: services)
        let plugin: any Plugin
        do {
            plugin = try type.make(configuration, dependencies)
        } catch let refusal as PlanRefusal {
            throw PlanRefusals(refusals: [refusal])
        } catch {
            throw PlanRefusals(refusals: [
                PlanRefusal(
                    "plugin '\(manifest.id)' cannot be made: \(error)", remedy: "See its section '\(type.section)'.")
            ])
        }
        var registry = PluginRegistry(cors: CORSPolicy(origins: server.cors.origins))
        plugin.register(into: &registry)
        let refusals =
            PluginMaker.disagreements(registry, manifest) + TraitNames.undeclared(by: manifest, in: registry)
            + PluginMaker.repeatedNames(registry, manifest)
        guard refusals.isEmpty else { throw PlanRefusals(refusals: refusals) }
        return MadePlugin(manifest: manifest, section: type.section, plugin: plugin, registry: registry)
    }

    private static func disagreements(_ registry: PluginRegistry, _ manifest: PluginManifest) -> [PlanRefusal] {
        let promised = Set(manifest.provides)
        return registry.provided.symmetricDifference(promised).sorted { $0.name < $1.name }.map { key in
            PlanRefusal(
                promised.contains(key)
                    ? "plugin '\(manifest.id)' names the service '\(key)' in its manifest and does not provide it"
                    : "plugin '\(manifest.id)' provides the service '\(key)', which its manifest does not name",
                remedy: "Make the manifest and `register(into:)` agree.")
        }
    }

    /// Health tells background services and checks apart by their names.
    private static func repeatedNames(_ registry: PluginRegistry, _ manifest: PluginManifest) -> [PlanRefusal] {
        let kinds = [
            ("background services", registry.background.map(\.name)),
            ("health checks", registry.healthChecks.map(\.name)),
        ]
        return kinds.flatMap { kind, names in
            Dictionary(grouping: names) { $0 }.filter { $0.value.count > 1 }.keys.sorted().map { name in
                PlanRefusal("plugin '\(manifest.id)' has two \(kind) '\(name)'", remedy: "Rename one of them.")
            }
        }
    }
}
