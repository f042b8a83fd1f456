package import Logging

/// Starts a plan's plugins in order and stops them in reverse (spec: kernel.md, "A plugin" and "Failure").
package struct PluginLifecycle: Sendable {
    let plan: Plan
    let logger: Logger

    package init(plan: Plan, logger: Logger) {
        self.plan = plan
        self.logger = logger
    }

    /// Starts every plugin. Where one fails and may not degrade, it and those started before it are stopped.
    ///
    /// - Returns: The plugins that run.
    package func start() async throws -> [PlannedPlugin] {
        var started: [PlannedPlugin] = []
        for plugin in plan.plugins {
            do {
                try await plugin.plugin.start()
                started.append(plugin)
            } catch {
                await plugin.plugin.stop()
                let failure = StartFailure(plugin: plugin.manifest.id, cause: error)
                guard plugin.onFailure == .degrade, !(error is CancellationError) else {
                    await stop(started)
                    throw failure
                }
                logger.error("\(failure)", metadata: ["plugin": "\(plugin.manifest.id)"])
                plan.state.markDegraded(plugin.manifest.id, because: "did not start")
            }
        }
        return started
    }

    /// Lets all plugins drain at the same time.
    package func drain(_ started: [PlannedPlugin], until deadline: ContinuousClock.Instant) async {
        await withDiscardingTaskGroup { group in
            for plugin in started {
                group.addTask { await plugin.plugin.drain(until: deadline) }
            }
        }
    }

    /// Stops the plugins, those started last first.
    package func stop(_ started: [PlannedPlugin]) async {
        for plugin in started.reversed() { await plugin.plugin.stop() }
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
