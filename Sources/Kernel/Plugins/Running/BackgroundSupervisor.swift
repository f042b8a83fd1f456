import Logging
import ServiceLifecycle

/// Runs one background service of a plugin, and starts it again with growing pauses when it ends (spec: kernel.md, "Failure").
struct BackgroundSupervisor: Sendable {
    let plugin: String
    let background: PluginRegistry.Background
    let state: ServerState
    let time: any TimeSource
    let logger: Logger

    /// Returns when the task is cancelled.
    func run() async {
        let name = "\(plugin).\(background.name)"
        var backOff = BackOff()
        while !Task.isCancelled {
            let startedAt = ContinuousClock.now
            var reason = "it ended by itself"
            do {
                try await background.service.run()
            } catch is CancellationError {
                reason = "it was cancelled"
            } catch {
                reason = "\(error)"
            }
            if Task.isCancelled || Task.isShuttingDownGracefully { return }
            let pause = backOff.pause(afterRunning: ContinuousClock.now - startedAt)
            state.markBackground(background.name, of: plugin, downBecause: reason)
            logger.error(
                "a background service is down and will be started again",
                metadata: ["service": "\(name)", "reason": "\(reason)", "in": "\(pause)"])
            do {
                try await time.sleep(for: pause)
            } catch {
                return
            }
            state.markBackground(background.name, of: plugin, downBecause: nil)
        }
    }
}

/// The pauses between the starts of a service that keeps failing: 1 s, doubled each time up to a minute; a service that ran for a
/// minute begins anew.
struct BackOff: Equatable {
    private var failures = 0

    mutating func pause(afterRunning duration: Duration) -> Duration {
        failures = duration >= .seconds(60) ? 1 : min(failures + 1, 7)
        return min(.seconds(60), .seconds(1 << (failures - 1)))
    }
}
