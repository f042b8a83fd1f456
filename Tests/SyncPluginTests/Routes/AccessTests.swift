import Domain
import Foundation
import HTTPTypes
import Kernel
import KernelTesting
import StoragePlugin
import SyncPlugin
import Testing

@Suite("Who may push and pull")
struct AccessTests {
    static let requests: [(HTTPRequest.Method, String)] = [
        (.post, "/sync/todo"), (.get, "/sync/todo/pull?collection=tasks&since=1970-01-01T00:00:00Z"),
        (.get, "/sync/todo/stream"),
    ]

    /// The access of the socket routes, whose first message has the token.
    static let sockets = Array(repeating: "open (authenticates in band)", count: 2)

    @Test("Nobody without a good token, whatever else is wrong with the request", arguments: requests)
    func tokens(method: HTTPRequest.Method, path: String) async throws {
        try await SyncServer.run { server in
            let good = try server.harness.authorization(of: "anna")
            let cases: [(HTTPFields, String)] = [
                ([:], "missing_token"), ([.authorization: "Basic YTpi"], "missing_token"),
                ([.authorization: "Bearer "], "missing_token"), ([.authorization: "Bearer nonsense"], "invalid_token"),
                ([.authorization: (good[.authorization] ?? "") + "x"], "invalid_token"),
            ]
            for (headers, code) in cases {
                let answer = try await server.harness.send(method, path, headers: headers, body: "{")
                try Self.expectUnauthorized(answer, code)
            }
            #expect(try await Self.status(server, method, path, good) == .ok)
            server.harness.time.advance(by: .seconds(3631))
            let expired = try await server.harness.send(method, path, headers: good, body: #"{"changes":[]}"#)
            try Self.expectUnauthorized(expired, "token_expired")
        }
    }

    /// The status of the answer, which a stream goes on with for as long as it is read.
    static func status(
        _ server: SyncServer, _ method: HTTPRequest.Method, _ path: String, _ headers: HTTPFields
    ) async throws -> HTTPResponse.Status {
        guard path.hasSuffix("stream") else {
            return try await server.harness.send(method, path, headers: headers, body: #"{"changes":[]}"#).status
        }
        let stream = try await server.harness.open(method, path, headers: headers)
        await stream.leave()
        return stream.status
    }

    static func expectUnauthorized(_ answer: PluginHarness.Answer, _ code: String) throws {
        #expect(answer.status == .unauthorized)
        #expect(answer.headers[.wwwAuthenticate]?.hasPrefix("Bearer") == true)
        #expect(try members(of: answer.body.utf8)?["error"] == "\"\(code)\"")
        #expect(try members(of: answer.body.utf8)?["title"] == "\"Unauthorized\"")
    }

    @Test("A user never gets another's changes")
    func users() async throws {
        try await SyncServer.run { server in
            try await server.push(insertion("hers"), user: "anna", client: "phone")
            #expect(try await server.pull(user: "ben").changes.isEmpty)
            #expect(try await server.push("", user: "ben", client: "phone").changes.isEmpty)
            #expect(try await server.pull(user: "anna").records == ["hers"])
        }
    }

    @Test("Without a plugin that fulfils metered there is no server, unless the deployer accepts that")
    func unfulfilled() throws {
        let plugins: [any Plugin.Type] = [StoragePlugin.self, SyncPlugin.self, TestIssuerPlugin.self]
        let yaml = "plugins: {sync: {enabled: true}, testIssuer: {enabled: true}}"
        let refusals = #expect(throws: PlanRefusals.self) { try PluginHarness(plugins: plugins, yaml: yaml) }
        let remedy = "Switch on a plugin that fulfils it, or accept that it is open with kernel.unfulfilled: [metered]."
        #expect(
            refusals?.refusals.map(\.message) == [
                "POST /sync/{appId} of plugin 'sync' demands 'metered', which no enabled plugin fulfils",
                "GET /sync/{appId}/pull of plugin 'sync' demands 'metered', which no enabled plugin fulfils",
                "GET /sync/{appId}/stream of plugin 'sync' demands 'metered', which no enabled plugin fulfils",
            ])
        #expect(refusals?.refusals.allSatisfy { $0.remedy == remedy } == true)

        let open = try PluginHarness(plugins: plugins, yaml: yaml + "\nkernel: {unfulfilled: [metered]}")
        let access = open.plan.routes.filter { $0.plugin == "sync" }.map(\.access)
        let metered = Array(repeating: "authenticated, OPEN:metered", count: 3)
        #expect(access == metered + Self.sockets)
    }

    @Test("A gate on metered stands before push, pull and stream, behind the token", arguments: requests)
    func metered(method: HTTPRequest.Method, path: String) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "sync-access-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        let server = try PluginHarness(
            plugins: [StoragePlugin.self, SyncPlugin.self, TestIssuerPlugin.self, UnpaidPlugin.self],
            yaml: """
                storage: {sqlite: {path: "\(folder.appending(path: "log.db").path)"}}
                plugins: {sync: {enabled: true}, testIssuer: {enabled: true}, unpaid: {enabled: true}}
                """)
        let access = server.plan.routes.filter { $0.plugin == "sync" }.map(\.access)
        #expect(access == Array(repeating: "authenticated, metered", count: 3) + Self.sockets)
        try await server.run { server in
            #expect(try await server.send(method, path).status == .unauthorized)
            let answer = try await server.send(method, path, headers: try server.authorization(of: "anna"))
            #expect(answer.status == .init(code: 402))
            #expect(try members(of: answer.body.utf8)?["error"] == #""sync_inactive""#)
        }
    }
}

/// Fulfils `metered` for nobody.
private struct UnpaidPlugin: Plugin {
    static let manifest = PluginManifest(id: "unpaid", summary: "nobody has paid", traits: [.metered])

    init(config: NoConfig, dependencies: Dependencies) {}

    func register(into registry: inout PluginRegistry) {
        registry.gate(
            Gate("paid", phase: .gate, target: .routes(demanding: .metered)) { _, _, _ in
                throw Problem(status: 402, code: "sync_inactive", detail: "Nobody has paid.")
            })
    }
}
