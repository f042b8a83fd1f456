import KernelTesting
import ServiceLifecycle
import Testing

@testable import Kernel

/// Ends in a different way each time it runs, then goes on for ever.
private struct Moody: Service {
    @TaskLocal static var runs = Counter()

    func run() async throws {
        switch Moody.runs.next() {
        case 1: throw Mishap("broken pipe")
        case 2: return
        case 3: throw CancellationError()
        default: try await EndlessService().run()
        }
    }
}

private final class Counter: Sendable {
    private let journal = Journal()

    func next() -> Int {
        Journal.$current.withValue(journal) { Journal.note("run") }
        return journal.entries.count
    }
}

private enum MoodyPlugin: PluginScript {
    static let id = "moody"
    static func declare(into registry: inout PluginRegistry) { registry.background("mood", Moody()) }
}

@Suite("Background services")
struct BackgroundTests {
    @Test("are started again with growing pauses, and health says why they are down")
    func restarts() async throws {
        let harness = try Planning.harness(
            [Scripted<MoodyPlugin>.self], more: "auth: {jwksURL: 'http://127.0.0.1:9/none'}")
        let state = harness.plan.state
        let supervisor = try #require(Self.supervisor(of: harness))
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await Moody.$runs.withValue(Counter()) { await supervisor.run() } }
            for (reason, pause) in [("broken pipe", 1), ("it ended by itself", 2), ("it was cancelled", 4)] {
                await harness.time.waitForSleepers()
                #expect(await state.health().plugins["moody"] == "moody.mood is down: \(reason)")
                harness.time.advance(by: .seconds(pause) - .nanoseconds(1))
                await harness.time.waitForSleepers()
                harness.time.advance(by: .nanoseconds(1))
            }
            group.cancelAll()
        }
        #expect(
            harness.log.lines.filter { $0.metadata["service"] == "moody.mood" }.map { $0.metadata["in"] } == [
                "1.0 seconds", "2.0 seconds", "4.0 seconds",
            ])
    }

    @Test("pause a minute at most, and begin anew after a minute's run")
    func backOff() {
        var backOff = BackOff()
        #expect(
            (0..<9).map { _ in backOff.pause(afterRunning: .seconds(1)) }
                == [1, 2, 4, 8, 16, 32, 60, 60, 60].map { Duration.seconds($0) })
        #expect(backOff.pause(afterRunning: .seconds(60)) == .seconds(1))
        #expect(backOff.pause(afterRunning: .zero) == .seconds(2))
    }

    private static func supervisor(of harness: PluginHarness) -> BackgroundSupervisor? {
        harness.plan.plugins.first { $0.manifest.id == "moody" }?.background.first.map {
            BackgroundSupervisor(
                plugin: "moody", background: $0, state: harness.plan.state, time: harness.time,
                logger: harness.log.logger())
        }
    }
}
