import KernelTesting
import Testing

@testable import Kernel

private enum Ailing: PluginScript {
    static let id = "ailing"
    static func declare(into registry: inout PluginRegistry) {
        registry.healthCheck(HealthCheck("well") { .healthy })
        registry.healthCheck(HealthCheck("tired", isNeededForReadiness: false) { .unhealthy("late night") })
        registry.healthCheck(HealthCheck("broken") { .unhealthy("leg") })
    }
}

@Suite("Health")
struct HealthTests {
    @Test("names all troubles of a plugin in one order; readiness has those that it needs")
    func report() async throws {
        let harness = try Planning.harness([Scripted<Ailing>.self, TestIssuerPlugin.self])
        try await harness.run { server in
            let report = await server.plan.state.health()
            #expect(report.plugins["ailing"] == "broken: leg; tired: late night")
            #expect(report.plugins["http"] == "ok")
            #expect(report.readiness == ["ailing.broken: leg"])
            #expect(!report.isHealthy)
            await server.drain()
            #expect(await server.plan.state.health().readiness == ["ailing.broken: leg", "server: draining"])
        }
    }

    @Test("is not ready before the start")
    func starting() async throws {
        let report = try await Planning.harness([Scripted<Notes>.self, TestIssuerPlugin.self]).plan.state.health()
        #expect(report.readiness.contains("server: starting"))
    }

    @Test("does not wait for a check that hangs, nor piles up questions to it")
    func hanging() async {
        let (questions, asked) = AsyncStream<UnsafeContinuation<Void, Never>>.makeStream()
        // Heeds no cancellation.
        let check = HealthCheck("deaf") {
            await withUnsafeContinuation { _ = asked.yield($0) }
            return .healthy
        }
        let (probe, time) = (HealthProbe(plugin: "hanging", check: check), ManualTime())
        for _ in 0..<HealthProbe.maxUnanswered {
            async let answer = probe.ask(time)
            await time.waitForSleepers()
            time.advance(by: .seconds(1))
            #expect(await answer == .unhealthy("no answer within a second"))
        }
        #expect(await probe.ask(time) == .unhealthy("earlier questions are still unanswered"))
        var answered = 0
        for await question in questions {
            question.resume()
            answered += 1
            if answered == HealthProbe.maxUnanswered { break }
        }
    }
}
