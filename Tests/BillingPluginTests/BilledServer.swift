import Domain
import HTTPTypes
import HummingbirdCore
import Kernel
import KernelTesting

@testable import BillingPlugin

/// Routes that cost money, and one that does not.
struct MeteredPlugin: Plugin {
    static let manifest = PluginManifest(id: "costly", summary: "routes that are metered", traits: [.metered])

    init(config: NoConfig, dependencies: Dependencies) {}

    func register(into registry: inout PluginRegistry) {
        for (method, path) in [(HTTPRequest.Method.post, "/sync/{appId}"), (.get, "/sync/{appId}/pull")] {
            registry.route(
                Route(method, path, access: .requires([.authenticated, .metered]), summary: "costs money") { _, _ in
                    Response(status: .ok)
                })
        }
        registry.route(
            Route(.get, "/export", access: .requires([.authenticated]), summary: "never costs money") { _, _ in
                Response(status: .ok)
            })
    }
}

/// A server with billing, beside a credits service.
struct BilledServer {
    let credits: StandInService
    let harness: PluginHarness

    var time: ManualTime { harness.time }

    static let active = #"{"active":true,"plan":"pro"}"#
    static let inactive = #"{"active":false,"reason":"expired"}"#

    static func with<Result>(
        _ answer: StandInAnswer = .json(active), section: String = "", environment: [String: String] = [:],
        _ body: (BilledServer) async throws -> Result
    ) async throws -> Result {
        try await StandInService.with(answer) { credits in
            let harness = try harness(
                section: "creditsURL: \"\(credits.url)\", \(section)", environment: environment)
            return try await harness.run { try await body(BilledServer(credits: credits, harness: $0)) }
        }
    }

    /// The server, planned and not started.
    static func harness(
        host: String = "127.0.0.1", section: String = "", kernel: String = "",
        environment: [String: String] = [:]
    ) throws -> PluginHarness {
        try PluginHarness(
            plugins: [TestIssuerPlugin.self, MeteredPlugin.self, BillingPlugin.self],
            yaml: """
                server: {host: "\(host)"}
                kernel: {\(kernel)}
                plugins:
                  testIssuer: {enabled: true}
                  costly: {enabled: true}
                  billing: {enabled: true, \(section)}
                """, environment: environment)
    }

    func pull(_ user: String = "alice", app: String = "todo") async throws -> PluginHarness.Answer {
        try await harness.send(.get, "/sync/\(app)/pull", headers: harness.authorization(of: user))
    }
}
