import KernelTesting
import Logging
import ServiceLifecycle
import Testing

@testable import Kernel

private enum Draining: PluginScript {
    static let id = "draining"
    static let time = ManualTime()
    static func drain(until deadline: ContinuousClock.Instant) async {
        do {
            try await time.sleep(for: .seconds(1))
            Journal.note("drained")
        } catch {
            Journal.note("cut short")
        }
    }
}

private enum Serving: PluginScript {
    static let id = "serving"
    static func declare(into registry: inout PluginRegistry) { registry.background("work", EndlessService()) }
}

@Suite("A running server")
struct ServerRuntimeTests {
    @Test("listens when its plugins have started, and waits for them to drain also when there are no connections")
    func life() async throws {
        let plan = try Planning.harness(
            [Scripted<Draining>.self, TestIssuerPlugin.self], more: "server: {port: 0}"
        ).plan
        let entries = try await Journal.of {
            let (ports, listening) = AsyncStream<Int>.makeStream()
            let group = Self.group(plan) { listening.yield($0) }
            async let running: Void = group.run()
            for await port in ports {
                #expect(port > 0)
                #expect(await plan.state.health().readiness == [])
                break
            }
            Journal.note("listening")
            await group.triggerGracefulShutdown()
            await Draining.time.waitForSleepers()
            #expect(await plan.state.health().readiness == ["server: draining"])
            Draining.time.advance(by: .seconds(1))
            try await running
        }
        #expect(entries == ["start draining", "listening", "drain draining", "drained", "stop draining"])
    }

    @Test("stops its plugins where it cannot listen")
    func portTaken() async throws {
        let first = try Planning.harness([TestIssuerPlugin.self], more: "server: {port: 0}").plan
        let (ports, listening) = AsyncStream<Int>.makeStream()
        let group = Self.group(first) { listening.yield($0) }
        async let running: Void = group.run()
        for await port in ports {
            let entries = try await Journal.of {
                let second = try Planning.harness(
                    [Scripted<Serving>.self, TestIssuerPlugin.self], more: "server: {port: \(port)}"
                ).plan
                await #expect(throws: ListenError.self) {
                    try await ServerRuntime(plan: second, logger: MemoryLog().logger()).run()
                }
            }
            #expect(entries == ["make serving", "start serving", "stop serving"])
            break
        }
        await group.triggerGracefulShutdown()
        try await running
    }

    private static func group(_ plan: Plan, onListening: @escaping @Sendable (Int) -> Void) -> ServiceGroup {
        let runtime = ServerRuntime(plan: plan, logger: MemoryLog().logger()) { onListening($0) }
        return ServiceGroup(
            configuration: .init(
                services: [.init(service: runtime, successTerminationBehavior: .gracefullyShutdownGroup)],
                logger: MemoryLog().logger()))
    }
}
