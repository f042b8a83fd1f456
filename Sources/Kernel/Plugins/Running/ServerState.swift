import Synchronization

/// What the server as a whole is doing: which plugins serve, what their background work does, whether it drains.
package final class ServerState: Sendable {
    private struct State {
        var isStarted = false
        var isDraining = false
        /// Why a plugin does not serve, by id.
        var degraded: [String: String] = [:]
        /// Background services that are down until their next start, as `plugin.service`.
        var down: [String: String] = [:]
        var plugins: [PlannedPlugin] = []
        var openConnections: @Sendable () -> Int = { 0 }
    }

    private let state = Mutex(State())

    func observe(_ plugins: [PlannedPlugin]) {
        state.withLock { $0.plugins = plugins }
    }

    func countConnections(_ count: @escaping @Sendable () -> Int) {
        state.withLock { $0.openConnections = count }
    }

    package func markStarted() {
        state.withLock { $0.isStarted = true }
    }

    package func markDraining() {
        state.withLock { $0.isDraining = true }
    }

    func markDegraded(_ plugin: String, because reason: String) {
        state.withLock { $0.degraded[plugin] = reason }
    }

    func markBackground(_ service: String, downBecause reason: String?) {
        state.withLock { $0.down[service] = reason }
    }

    /// Whether a plugin's routes answer.
    func isServing(_ plugin: String) -> Bool {
        state.withLock { $0.degraded.isEmpty || $0.degraded[plugin] == nil }
    }

    var isDraining: Bool { state.withLock { $0.isDraining } }
    var openConnections: Int { state.withLock { $0.openConnections }() }

    /// Looks at everything: the plugins' checks run at the same time, each for a second at most.
    func health() async -> HealthReport {
        let now = state.withLock { $0 }
        var report = HealthReport()
        if !now.isStarted { report.readiness.append("server: starting") }
        if now.isDraining { report.readiness.append("server: draining") }
        for plugin in now.plugins { report.plugins[plugin.manifest.id] = "ok" }
        for (service, reason) in now.down {
            let plugin = String(service.prefix { $0 != "." })
            report.plugins[plugin] = "\(service) is down: \(reason)"
        }
        await withTaskGroup(of: (String, HealthCheck, HealthStatus).self) { group in
            for plugin in now.plugins where now.degraded[plugin.manifest.id] == nil {
                for check in plugin.healthChecks {
                    group.addTask { (plugin.manifest.id, check, await ServerState.bounded(check)) }
                }
            }
            for await (plugin, check, status) in group {
                guard case .unhealthy(let reason) = status else { continue }
                report.plugins[plugin] = "\(check.name): \(reason)"
                if check.isNeededForReadiness { report.readiness.append("\(plugin).\(check.name): \(reason)") }
            }
        }
        for (plugin, reason) in now.degraded {
            report.plugins[plugin] = reason
            report.readiness.append("\(plugin): \(reason)")
        }
        report.readiness.sort()
        return report
    }

    private static func bounded(_ check: HealthCheck) async -> HealthStatus {
        await withTaskGroup(of: HealthStatus?.self) { group in
            group.addTask { await check.check() }
            group.addTask {
                do { try await Task.sleep(for: .seconds(1)) } catch { return nil }
                return .unhealthy("no answer within a second")
            }
            let first = await group.next() ?? nil
            group.cancelAll()
            return first ?? .unhealthy("cancelled")
        }
    }
}

/// What ``ServerState/health()`` found.
struct HealthReport: Sendable {
    /// `ok` or what is wrong, by plugin.
    var plugins: [String: String] = [:]
    /// Why the server is not ready; empty if it is.
    var readiness: [String] = []

    var isHealthy: Bool { readiness.isEmpty && plugins.values.allSatisfy { $0 == "ok" } }
}
