import ArgumentParser
import Kernel
import Logging
import Metrics
import ServiceLifecycle
import StoragePlugin
import UnixSignals

/// `mana-sync serve`, which is also what `mana-sync` alone does.
struct Serve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Run the server until SIGTERM or SIGINT.")

    @OptionGroup var options: ConfigOptions

    func run() async throws {
        let configuration = try options.load()
        let log = configuration.section(LogConfig.self, at: "log")
        LoggingSystem.bootstrap { ServerLog.handler(label: $0, config: log) }
        let logger = Logger(label: "mana-sync")
        if let remark = options.remark { logger.warning("\(remark)") }
        let plan = try options.plan(configuration, logger: logger)
        if let factory = plan.service(.metricsFactory) { MetricsSystem.bootstrap(factory) }
        let server = configuration.section(ServerConfig.self, at: "server")
        let pidFile = PIDFile(path: server.pidFile)
        let file = options.file(ProcessEnvironment.current)
        let runtime = ServerRuntime(plan: plan, logger: logger) { port in
            StartupReport(plan: plan, port: port, file: file).log(to: logger)
            pidFile.write(logger: logger)
        }
        var group = ServiceGroupConfiguration(
            services: [
                .init(service: HangupWatch(logger: logger)),
                .init(service: runtime, successTerminationBehavior: .gracefullyShutdownGroup),
            ],
            gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
        // The socket ends within the grace by itself; this is for a plugin that does not let go.
        group.maximumGracefulShutdownDuration = server.shutdownGrace + .seconds(2)
        group.maximumCancellationDuration = .seconds(2)
        do {
            try await ServiceGroup(configuration: group).run()
        } catch {
            pidFile.remove()
            throw CommandFailure.failure("\(error)")
        }
        pidFile.remove()
        logger.info("stopped")
    }
}

/// The lines that a server logs once it serves.
struct StartupReport {
    let plan: Plan
    let port: Int
    /// The configuration file; nil where there is none.
    let file: String?

    func log(to logger: Logger) {
        let server = plan.configuration.section(ServerConfig.self, at: "server")
        let host = server.host.contains(":") ? "[\(server.host)]" : server.host
        logger.info(
            "mana-sync \(BuildInfo.version) serves http://\(host):\(port)",
            metadata: [
                "config": "\(file ?? "-")",
                "data": "\(ConfiguredDatabase(of: plan).name)",
                "plugins": "\(plan.plugins.map(\.manifest.id).joined(separator: ","))",
                "off": "\(plan.disabled.isEmpty ? "-" : plan.disabled.map(\.id).joined(separator: ","))",
            ])
        for trait in plan.openTraits {
            logger.warning(
                "OPEN:\(trait.name): routes that demand it are open to every user, as kernel.unfulfilled says",
                metadata: [
                    "routes":
                        "\(plan.routes.filter { $0.openTraits.contains(trait) }.map(\.route.path).joined(separator: ","))"
                ])
        }
    }
}
