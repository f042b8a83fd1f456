public import CoreMetrics
public import Logging

/// What the kernel hands a plugin when it makes it.
public struct Dependencies: Sendable {
    /// The server's own settings, to look at.
    public let server: ServerConfig
    /// The clocks.
    public let time: any TimeSource
    /// A logger that carries the plugin's id.
    public let logger: Logger
    /// Where metrics are made: the Metrics plugin's registry where it is on, else nothing is measured.
    public let metrics: any MetricsFactory

    /// What the server as a whole is doing, for the kernel's own plugins.
    let state: ServerState

    private let manifest: PluginManifest
    private let services: ServiceTable

    init(
        server: ServerConfig, time: any TimeSource, logger: Logger, metrics: any MetricsFactory, state: ServerState,
        manifest: PluginManifest, services: ServiceTable
    ) {
        self.server = server
        self.time = time
        self.logger = logger
        self.metrics = metrics
        self.state = state
        self.manifest = manifest
        self.services = services
    }

    /// A service that the manifest names as required.
    ///
    /// - Throws: ``PlanRefusal`` if it does not.
    public func require<Value>(_ key: ServiceKey<Value>) throws(PlanRefusal) -> Value {
        guard manifest.needs.contains(.required(key)), let service = services[key] else {
            throw undeclared(key.name, "requires", as: "required")
        }
        return service
    }

    /// A service that the manifest names as optional; nil where no enabled plugin provides it.
    ///
    /// - Throws: ``PlanRefusal`` if the manifest does not name it.
    public func optional<Value>(_ key: ServiceKey<Value>) throws(PlanRefusal) -> Value? {
        guard manifest.needs.contains(.optional(key)) else { throw undeclared(key.name, "asks for", as: "optional") }
        return services[key]
    }

    private func undeclared(_ service: String, _ verb: String, as kind: String) -> PlanRefusal {
        PlanRefusal(
            "plugin '\(manifest.id)' \(verb) the service '\(service)', which its manifest does not name as \(kind)",
            remedy: "Add it to the needs of the plugin's manifest.")
    }
}
