import Synchronization

/// What the server as a whole is doing: which plugins serve, what their background work does, whether it drains.
package final class ServerState: Sendable {
    private struct State {
        var isStarted = false
        var isDraining = false
        /// Why a plugin does not serve, by id.
        var degraded: [String: String] = [:]
        /// Background services that are down until their next start, as `plugin.service`, with their plugin.
        var down: [String: (plugin: String, reason: String)] = [:]
        var plugins: [String] = []
        var probes: [HealthProbe] = []
        var openConnections: @Sendable () -> Int = { 0 }
    }

    private let time: any TimeSource
    private let state = Mutex(State())
    /// Spares requests the lock while all is well.
    private let isAnyDegraded = Atomic(false)

    init(time: any TimeSource) {
        self.time = time
    }

    func observe(_ plugins: [PlannedPlugin]) {
        let probes = plugins.flatMap { plugin in
            plugin.healthChecks.map { HealthProbe(plugin: plugin.manifest.id, check: $0) }
        }
        state.withLock { state in
            state.plugins = plugins.map(\.manifest.id)
            state.probes = probes
        }
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
        isAnyDegraded.store(true, ordering: .releasing)
    }

    func markBackground(_ service: String, of plugin: String, downBecause reason: String?) {
        state.withLock { $0.down["\(plugin).\(service)"] = reason.map { (plugin, $0) } }
    }

    /// Whether a plugin's routes answer.
    package func isServing(_ plugin: String) -> Bool {
        guard isAnyDegraded.load(ordering: .acquiring) else { return true }
        return state.withLock { $0.degraded[plugin] == nil }
    }

    var isDraining: Bool { state.withLock { $0.isDraining } }
    var openConnections: Int { state.withLock { $0.openConnections }() }

    /// Looks at everything: the plugins' checks run at the same time, each for a second at most.
    func health() async -> HealthReport {
        let now = state.withLock { $0 }
        var findings = HealthFindings()
        if !now.isStarted { findings.readiness.append("server: starting") }
        if now.isDraining { findings.readiness.append("server: draining") }
        for (plugin, reason) in now.degraded {
            findings.add(reason, of: plugin)
            findings.readiness.append("\(plugin): \(reason)")
        }
        for (service, down) in now.down { findings.add("\(service) is down: \(down.reason)", of: down.plugin) }
        await withTaskGroup(of: (HealthProbe, HealthStatus).self) { group in
            for probe in now.probes where now.degraded[probe.plugin] == nil {
                group.addTask { [time] in (probe, await probe.ask(time)) }
            }
            for await case (let probe, .unhealthy(let reason)) in group {
                findings.add("\(probe.check.name): \(reason)", of: probe.plugin)
                if probe.check.isNeededForReadiness {
                    findings.readiness.append("\(probe.plugin).\(probe.check.name): \(reason)")
                }
            }
        }
        return findings.report(of: now.plugins)
    }
}

/// What ``ServerState/health()`` found.
struct HealthReport: Hashable, Sendable {
    /// `ok` or what is wrong, by plugin.
    var plugins: [String: String] = [:]
    /// Why the server is not ready, sorted; empty if it is.
    var readiness: [String] = []

    var isHealthy: Bool { readiness.isEmpty && plugins.values.allSatisfy { $0 == "ok" } }
}

/// Gathers findings in any order; the report has them in one.
private struct HealthFindings {
    var readiness: [String] = []
    private var troubles: [String: [String]] = [:]

    mutating func add(_ trouble: String, of plugin: String) {
        troubles[plugin, default: []].append(trouble)
    }

    func report(of plugins: [String]) -> HealthReport {
        var report = HealthReport(readiness: readiness.sorted())
        for plugin in plugins {
            report.plugins[plugin] = troubles[plugin].map { $0.sorted().joined(separator: "; ") } ?? "ok"
        }
        return report
    }
}
