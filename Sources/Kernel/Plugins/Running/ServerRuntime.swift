import CoreMetrics
public import Logging
public import ServiceLifecycle

/// A plan that runs: its plugins, their background work, and the socket.
///
/// A service: it ends after a graceful shutdown, within `server.shutdownGrace` whatever peers do.
public struct ServerRuntime: Service, CustomStringConvertible {
    private let plan: Plan
    private let time: any TimeSource
    private let logger: Logger
    private let onListening: @Sendable (_ port: Int) async -> Void

    /// Nothing of the plan, which holds the whole configuration: libraries log their services.
    public var description: String { "server" }

    /// A server of `plan`.
    /// - Parameter onListening: Called once the socket listens and every plugin has started, with the port.
    public init(
        plan: Plan, time: any TimeSource = SystemTimeSource(), logger: Logger,
        onListening: @escaping @Sendable (_ port: Int) async -> Void = { _ in }
    ) {
        self.plan = plan
        self.time = time
        self.logger = logger
        self.onListening = onListening
    }

    /// Starts the plugins, serves until shutdown, drains, and stops the plugins.
    ///
    /// - Throws: ``StartFailure``, or why the socket cannot listen.
    public func run() async throws {
        let lifecycle = PluginLifecycle(plan: plan, time: time, logger: logger)
        let started = try await lifecycle.start()
        do {
            try await serve(lifecycle, started)
        } catch {
            await lifecycle.stop(started)
            throw error
        }
        await lifecycle.stop(started)
    }

    private func serve(_ lifecycle: PluginLifecycle, _ started: [PlannedPlugin]) async throws {
        let config = plan.configuration.section(ServerConfig.self, at: "server")
        let front = HTTPFront(
            config: config, logger: logger, metrics: plan.service(.metricsFactory) ?? NOOPMetricsHandler.instance,
            responder: Responder(plan.responder))
        plan.state.countConnections { front.openConnections }
        // All of these are cancelled when this function ends, after the socket: requests may need the background work until then.
        async let _ = lifecycle.runBackground(of: started)
        async let _ = announce(front)
        async let drained: Void = drainOnShutdown(lifecycle, started, grace: config.shutdownGrace)
        try await front.run()
        // The last connection may be gone before the plugins have drained.
        if Task.isShuttingDownGracefully { await drained }
    }

    private func announce(_ front: HTTPFront) async throws {
        let port = try await front.boundPort()
        plan.state.markStarted()
        await onListening(port)
    }

    private func drainOnShutdown(_ lifecycle: PluginLifecycle, _ started: [PlannedPlugin], grace: Duration) async {
        do {
            try await gracefulShutdown()
        } catch {
            // Cancelled: the socket has ended by itself.
            return
        }
        logger.info(
            "draining: no new connections; requests under way are finished", metadata: ["grace": "\(grace.configText)"])
        await lifecycle.drain(started, until: .now + grace)
    }
}
