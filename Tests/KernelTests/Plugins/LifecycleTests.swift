import HTTPTypes
import KernelTesting
import Testing

@testable import Kernel

private enum Failing: PluginScript {
    static let id = "failing"
    static var needs: [ServiceNeed] { [.required(ServiceKey.letters)] }
    static var provides: [AnyServiceKey] { [AnyServiceKey(ServiceKey.digits)] }
    static var traits: [RouteTrait] { [.metered] }
    static func declare(into registry: inout PluginRegistry) {
        registry.provide(.digits, "123")
        registry.route(.plain("/failing"))
        registry.gate(.plain("look", .observe, .allRoutes, [.independentOfAll]))
        registry.gate(.plain("toll", .gate, .routes(demanding: .metered)))
        registry.background("work", EndlessService())
        registry.healthCheck(HealthCheck("never asked") { .unhealthy("asked") })
    }
    static func start() async throws { throw Mishap("no socket") }
}

private enum Dependent: PluginScript {
    static let id = "dependent"
    static var needs: [ServiceNeed] { [.required(ServiceKey.digits)] }
    static func declare(into registry: inout PluginRegistry) { registry.route(.plain("/dependent")) }
}

private enum Optimist: PluginScript {
    static let id = "optimist"
    static var needs: [ServiceNeed] { [.optional(ServiceKey.digits)] }
    static func declare(into registry: inout PluginRegistry) { registry.route(.plain("/optimist")) }
}

private enum Tolled: PluginScript {
    static let id = "tolled"
    static var traits: [RouteTrait] { [.metered] }
    static func declare(into registry: inout PluginRegistry) {
        registry.route(.plain("/tolled", access: .requires([.metered])))
    }
}

/// Starts for an hour.
private enum Stuck: PluginScript {
    static let id = "stuck"
    static let time = ManualTime()
    static func start() async throws { try await time.sleep(for: .seconds(3600)) }
}

@Suite("The life of plugins")
struct LifecycleTests {
    @Test("starts with the providers, and stops in reverse")
    func order() async throws {
        let entries = try await Journal.of {
            try await Planning.harness([Scripted<Reader>.self, Scripted<Letters>.self, Scripted<Notes>.self]).run {
                await $0.drain()
            }
        }
        #expect(
            entries.prefix(6) == [
                "make letters", "make notes", "make reader", "start letters", "start notes", "start reader",
            ])
        #expect(entries[6..<9].sorted() == ["drain letters", "drain notes", "drain reader"])
        #expect(entries.suffix(3) == ["stop reader", "stop notes", "stop letters"])
    }

    @Test("cleans up a plugin that fails to start, and those started before it")
    func failure() async throws {
        let entries = try await Journal.of {
            let harness = try Planning.harness([Scripted<Letters>.self, Scripted<Failing>.self, Scripted<Notes>.self])
            await #expect {
                try await harness.run { _ in Issue.record("it runs") }
            } throws: {
                "\($0)" == "plugin 'failing' cannot start: no socket"
            }
        }
        #expect(entries.suffix(4) == ["start letters", "start failing", "stop failing", "stop letters"])
    }

    @Test("stops plugins also where the body throws")
    func bodyThrows() async throws {
        let entries = try await Journal.of {
            let harness = try Planning.harness([Scripted<Letters>.self])
            await #expect(throws: Mishap.self) { try await harness.run { _ in throw Mishap("body") } }
        }
        #expect(entries.last == "stop letters")
    }

    @Test("stops, uncancelled, what a cancelled start has started")
    func cancelledStart() async throws {
        let entries = try await Journal.of {
            let harness = try Planning.harness([Scripted<Letters>.self, Scripted<Stuck>.self])
            let running = Task { try await harness.run { _ in Issue.record("it runs") } }
            await Stuck.time.waitForSleepers()
            running.cancel()
            await #expect(throws: CancellationError.self) { try await running.value }
        }
        #expect(entries.suffix(4) == ["start letters", "start stuck", "stop stuck", "stop letters"])
    }

    @Test("goes on without a plugin that may degrade: 503, named by readiness, its gates failing closed")
    func degrade() async throws {
        let harness = try Self.degrading([Scripted<Letters>.self, Scripted<Tolled>.self, Scripted<Optimist>.self])
        let entries = try await Journal.of {
            try await harness.run(runsBackground: true) { server in
                try await server.expect(.get, "/failing", .serviceUnavailable)
                try await server.expect(.get, "/tolled", .serviceUnavailable)
                try await server.expect(.get, "/optimist", .ok)
                try await server.expect(.get, "/health/live", .ok)
                let report = await server.plan.state.health()
                #expect(report.readiness.contains("failing: did not start"))
                #expect(report.plugins["failing"] == "did not start")
                #expect(report.plugins["tolled"] == "ok")
            }
        }
        #expect(!entries.contains("pass look") && !entries.contains("pass toll"))
        #expect(entries.filter { $0 == "stop failing" }.count == 1)
        #expect(harness.log.lines.contains { $0.message == "plugin 'failing' cannot start: no socket" })
    }

    @Test("does not start a plugin whose provider is degraded: its own policy decides")
    func dependents() async throws {
        let reason =
            "plugin 'dependent' cannot start: it needs the service 'digits' of plugin 'failing', which did not start"
        let plugins: [any Plugin.Type] = [Scripted<Letters>.self, Scripted<Dependent>.self]
        await #expect {
            try await Self.degrading(plugins).run { _ in Issue.record("it runs") }
        } throws: {
            "\($0)" == reason
        }
        let harness = try Self.degrading(plugins, also: ["dependent"])
        try await harness.run { server in
            try await server.expect(.get, "/dependent", .serviceUnavailable)
            #expect(await server.plan.state.health().plugins["dependent"] == "did not start")
        }
        #expect(harness.log.lines.contains { $0.message == reason })
    }

    /// `plugins` and one that fails to start and may degrade.
    private static func degrading(_ plugins: [any Plugin.Type], also ids: [String] = []) throws -> PluginHarness {
        let degradable = ["failing"] + ids
        let lines = (plugins + [Scripted<Failing>.self]).map { type in
            let id = type.manifest.id
            return "  \(id): {enabled: true\(degradable.contains(id) ? ", onFailure: degrade" : "")}\n"
        }
        return try PluginHarness(plugins: plugins + [Scripted<Failing>.self], yaml: "plugins:\n" + lines.joined())
    }
}
