package import Logging

/// Starts a plan's plugins in order and stops them in reverse (spec: kernel.md, "A plugin" and "Failure").
package struct PluginLifecycle: Sendable {
    private let plan: Plan
    private let time: any TimeSource
    private let logger: Logger

    package init(plan: Plan, time: any TimeSource, logger: Logger) {
        self.plan = plan
        self.time = time
        self.logger = logger
    }

    /// Starts every plugin. Where one fails and may not degrade, it and those started before it are stopped.
    ///
    /// A plugin that requires a service of one that did not start is not started either: its own policy says whether that refuses the
    /// boot or degrades it too.
    ///
    /// - Returns: The plugins that run.
    /// - Throws: ``StartFailure``, or `CancellationError` where the task is cancelled.
    package func start() async throws -> [PlannedPlugin] {
        var started: [PlannedPlugin] = []
        var missing: [AnyServiceKey: String] = [:]
        for plugin in plan.plugins {
            let id = plugin.manifest.id
            do {
                try Task.checkCancellation()
                try requireServices(of: plugin, missing: missing)
                try await start(plugin)
                started.append(plugin)
            } catch {
                let failure = StartFailure(plugin: id, cause: error)
                guard plugin.onFailure == .degrade, !Task.isCancelled else {
                    await stop(started)
                    throw error is CancellationError && Task.isCancelled ? error : failure
                }
                logger.error("\(failure)", metadata: ["plugin": "\(id)"])
                plan.state.markDegraded(id, because: "did not start")
                for key in plugin.manifest.provides { missing[key] = id }
            }
        }
        return started
    }

    /// Runs the background services of the plugins until the task is cancelled.
    package func runBackground(of started: [PlannedPlugin]) async {
        await withDiscardingTaskGroup { group in
            for plugin in started {
                for background in plugin.background {
                    let supervisor = BackgroundSupervisor(
                        plugin: plugin.manifest.id, background: background, state: plan.state, time: time,
                        logger: logger)
                    group.addTask { await supervisor.run() }
                }
            }
        }
    }

    /// Lets all plugins drain at the same time.
    package func drain(_ started: [PlannedPlugin], until deadline: ContinuousClock.Instant) async {
        plan.state.markDraining()
        await withDiscardingTaskGroup { group in
            for plugin in started {
                group.addTask { await plugin.plugin.drain(until: deadline) }
            }
        }
    }

    /// Stops the plugins, those started last first.
    package func stop(_ started: [PlannedPlugin]) async {
        for plugin in started.reversed() { await stop(plugin) }
    }

    private func requireServices(of plugin: PlannedPlugin, missing: [AnyServiceKey: String]) throws {
        for need in plugin.manifest.needs where !need.isOptional {
            guard let provider = missing[need.key] else { continue }
            throw MissingService(service: need.key.name, provider: provider)
        }
    }

    private func start(_ plugin: PlannedPlugin) async throws {
        do {
            try await plugin.plugin.start()
        } catch {
            await stop(plugin)
            throw error
        }
    }

    private func stop(_ plugin: PlannedPlugin) async {
        // A task of its own does not inherit a cancellation: what a plugin took is given back also where this task is cancelled.
        await Task { await plugin.plugin.stop() }.value
    }
}

/// A plugin that could not start.
public struct StartFailure: Error, Sendable, CustomStringConvertible {
    /// Its id.
    public let plugin: String
    /// Why.
    public let cause: any Error

    public var description: String { "plugin '\(plugin)' cannot start: \(cause)" }
}

/// A service that a plugin requires and whose provider did not start.
private struct MissingService: Error, CustomStringConvertible {
    let service: String
    let provider: String

    var description: String { "it needs the service '\(service)' of plugin '\(provider)', which did not start" }
}
