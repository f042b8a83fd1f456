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

private enum Hanging: PluginScript {
    static let id = "hanging"
    static func declare(into registry: inout PluginRegistry) {
        registry.healthCheck(
            HealthCheck("deaf") {
                // Heeds no cancellation.
                await withUnsafeContinuation { Hanging.asked.yield($0) }
                return .healthy
            })
    }

    static let (questions, asked) = AsyncStream<UnsafeContinuation<Void, Never>>.makeStream()
}

@Suite("Health", .serialized)
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
    func hanging() async throws {
        let harness = try Planning.harness([Scripted<Hanging>.self])
        let state = harness.plan.state
        for _ in 0..<HealthProbe.maxUnanswered {
            async let report = state.health()
            await harness.time.waitForSleepers()
            harness.time.advance(by: .seconds(1))
            #expect(await report.plugins["hanging"] == "deaf: no answer within a second")
        }
        #expect(await state.health().plugins["hanging"] == "deaf: earlier questions are still unanswered")
        var open = HealthProbe.maxUnanswered
        for await question in Hanging.questions {
            question.resume()
            open -= 1
            if open == 0 { break }
        }
    }
}
