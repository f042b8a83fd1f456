import Foundation
import HTTPTypes
import Kernel
import KernelTesting
import Testing

@testable import App

/// One combination of what a deployer may switch.
struct Switches: CustomTestStringConvertible {
    let sync, metrics, devIssuer, acceptsMetered, billing, backup: Bool
    let host: String

    static let hosts = ["127.0.0.1", "::1", "localhost", "0.0.0.0", "::", "192.0.2.7", "sync.example.org"]

    static let all = (0..<64).flatMap { bits in
        hosts.map { host in
            Switches(
                sync: bits & 1 != 0, metrics: bits & 2 != 0, devIssuer: bits & 4 != 0, acceptsMetered: bits & 8 != 0,
                billing: bits & 16 != 0, backup: bits & 32 != 0, host: host)
        }
    }

    var isOnLoopback: Bool { ["127.0.0.1", "::1", "localhost"].contains(host) }

    /// Why this is no server; nil where it is one.
    var refusal: String? {
        if devIssuer, !isOnLoopback {
            return """
                plugin 'devIssuer' gives tokens to anyone, and server.host is '\(host)', which others can reach
                  Set server.host to 127.0.0.1, or plugins.devIssuer.enabled to false and auth.jwksURL to your auth service.
                """
        }
        guard sync, !acceptsMetered, !billing else { return nil }
        return ["POST /sync/{appId}", "GET /sync/{appId}/pull", "GET /sync/{appId}/stream"].map {
            """
            \($0) of plugin 'sync' demands 'metered', which no enabled plugin fulfils
              Switch on a plugin that fulfils it, or accept that it is open with kernel.unfulfilled: [metered].
            """
        }.joined(separator: "\n")
    }

    func yaml(folder: URL) -> String {
        """
        server: {host: "\(host)", port: 0}
        auth: {\(devIssuer ? "" : #"jwksURL: "http://127.0.0.1:1/jwks""#)}
        storage: {sqlite: {path: "\(folder.appending(path: "log.db").path)"}}
        kernel: {unfulfilled: [\(acceptsMetered ? "metered" : "")]}
        plugins:
          sync: {enabled: \(sync)}
          billing: {enabled: \(billing), creditsURL: "http://127.0.0.1:1", serviceKey: a-key-that-is-long-enough}
          backup: {enabled: \(backup)}
          metrics: {enabled: \(metrics)}
          devIssuer: {enabled: \(devIssuer), keyFile: "\(folder.appending(path: "key").path)"}
        """
    }

    var testDescription: String {
        let on = [
            ("sync", sync), ("metrics", metrics), ("devIssuer", devIssuer), ("metered accepted", acceptsMetered),
            ("billing", billing), ("backup", backup),
        ]
        return "\(host): \(on.filter(\.1).map(\.0).joined(separator: ", "))"
    }
}

@Suite("Every combination of switches")
struct SwitchTests {
    @Test("is a working server or the exact refusal", arguments: Switches.all)
    func combination(switches: Switches) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "switches-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        if let refusal = switches.refusal {
            let refused = #expect(throws: PlanRefusals.self) {
                try PluginHarness(plugins: Composition.plugins, yaml: switches.yaml(folder: folder))
            }
            #expect(refused?.description == refusal)
            #expect(!FileManager.default.fileExists(atPath: folder.path), "a refused plan has touched the disk")
            return
        }
        let harness = try PluginHarness(plugins: Composition.plugins, yaml: switches.yaml(folder: folder))
        #expect(!FileManager.default.fileExists(atPath: folder.path), "a plan has touched the disk")
        try await harness.run { server in
            #expect(try await server.send(.get, "/health/live").status == .ok)
            #expect(try await server.send(.get, "/nowhere").status == .notFound)
            #expect(try await server.send(.get, "/metrics").status == (switches.metrics ? .ok : .notFound))
            let export = try await server.send(.get, "/backup/export")
            #expect(export.status == (switches.backup ? .unauthorized : .notFound))
            try await Self.checkTokens(server, switches)
        }
    }

    /// Push answers a development token, or asks for one, or is not there.
    static func checkTokens(_ server: PluginHarness, _ switches: Switches) async throws {
        let push = try await server.send(.post, "/sync/todo", body: "{}")
        #expect(push.status == (switches.sync ? .unauthorized : .notFound))
        let token = try await server.send(.post, "/dev/token", body: #"{"sub":"alice"}"#)
        #expect(token.status == (switches.devIssuer ? .ok : .notFound))
        guard switches.devIssuer, switches.sync else { return }
        let text = try #require(token.body.split(separator: "\"").max { $0.utf8.count < $1.utf8.count })
        let headers: HTTPFields = [.authorization: "Bearer \(text)"]
        #expect(try await server.send(.post, "/sync/todo", headers: headers, body: "{}").status == .ok)
    }

    @Test("A switched-off plugin that is named with another's key is still checked")
    func sectionsOfDisabledPlugins() {
        #expect(throws: ConfigurationErrors.self) {
            try Composition.plan("plugins: {sync: {enabled: false, pageLimit: 0}}")
        }
    }
}
