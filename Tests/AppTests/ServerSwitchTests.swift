import HTTPTypes
import Kernel
import KernelTesting
import Testing

@testable import App

/// Every combination of the switches of the plugins that are compiled in (spec: kernel.md, "Tests of the kernel").
@Suite("The server's switches")
struct ServerSwitchTests {
    private static let ids = Composition.catalog.plugins.filter { $0.section.hasPrefix("plugins.") }.map {
        $0.manifest.id
    }

    @Test(
        "give in every combination a server that answers on all its routes, where open traits are accepted",
        arguments: 0..<(1 << ids.count))
    func accepted(_ bits: Int) async throws {
        try await TemporaryDirectory.with { directory in
            let harness = try Self.harness(bits, accepting: true, directory)
            try await harness.run { server in
                let live = try await server.send(.get, "/health/live")
                #expect(live.status == .ok)
                for route in server.plan.routes where route.route.method == .get {
                    let answer = try await server.send(.get, route.route.path.replacing("{appId}", with: "todo"))
                    #expect(answer.status != .notFound && answer.status != .internalServerError, "\(route.route.path)")
                }
            }
        }
    }

    @Test(
        "give in every combination exactly the refusals that are due, where they are not",
        arguments: 0..<(1 << ids.count))
    func refused(_ bits: Int) async throws {
        try await TemporaryDirectory.with { directory in
            let plan = try Self.harness(bits, accepting: true, directory).plan
            let expected = plan.routes.flatMap { route in
                route.openTraits.map { trait in
                    "\(route.route.method) \(route.route.path) of plugin '\(route.plugin)' demands '\(trait)', which no enabled plugin fulfils\n"
                        + "  Switch on a plugin that fulfils it, or accept that it is open with kernel.unfulfilled: [\(trait)]."
                }
            }
            do {
                _ = try Self.harness(bits, accepting: false, directory)
                #expect(expected.isEmpty)
            } catch let refusals as PlanRefusals {
                #expect(refusals.refusals.map(\.description) == expected)
            }
        }
    }

    private static func harness(_ bits: Int, accepting: Bool, _ directory: String) throws -> PluginHarness {
        let switches = ids.enumerated().map { index, id in
            let more = id == "devIssuer" ? ", keyFile: \"\(directory)/key\"" : ""
            return "  \(id): {enabled: \(bits & 1 << index != 0)\(more)}\n"
        }
        return try PluginHarness(
            plugins: Composition.plugins,
            yaml: """
                auth: {jwksURL: "http://127.0.0.1:9/jwks"}
                storage: {sqlite: {path: "\(directory)/db"}}
                kernel: {unfulfilled: [\(accepting ? "metered" : "")]}
                plugins:
                \(switches.joined())
                """)
    }
}
