import HTTPTypes
import Kernel
import KernelTesting
import Testing

@testable import DevIssuerPlugin

/// Asks for a token, and says whose it was.
private struct WhoPlugin: Plugin {
    static let manifest = PluginManifest(id: "who", summary: "says who asks")

    init(config: NoConfig, dependencies: Dependencies) {}

    func register(into registry: inout PluginRegistry) {
        registry.route(
            Route(.get, "/who", access: .requires([.authenticated]), summary: "who asks") { _, context in
                let principal = try context.requirePrincipal()
                throw Problem(
                    status: 400, code: "who",
                    detail: "\(principal.userID) \(principal.role ?? "-") \(principal.email ?? "-")")
            })
    }
}

@Suite("The development issuer")
struct DevIssuerPluginTests {
    @Test(
        "refuses a host that others can reach",
        arguments: ["0.0.0.0", "::", "10.0.0.1", "example.org", "127.0.0.1.example.org", "128.0.0.1"])
    func publicHost(_ host: String) throws {
        let refusals = #expect(throws: PlanRefusals.self) { try Self.harness(keyFile: "unused", host: host) }
        #expect(
            refusals?.description
                == "plugin 'devIssuer' gives tokens to anyone, and server.host is '\(host)', which others can reach\n"
                + "  Set server.host to 127.0.0.1, or plugins.devIssuer.enabled to false and auth.jwksURL to your auth service."
        )
    }

    @Test("accepts loopback", arguments: ["127.0.0.1", "127.9.9.9", "localhost", "LOCALHOST", "::1"])
    func loopback(_ host: String) throws {
        _ = try Self.harness(keyFile: "unused", host: host)
    }

    @Test("issues tokens that the server accepts, for as long as it says")
    func tokens() async throws {
        try await TemporaryDirectory.with { directory in
            let harness = try Self.harness(keyFile: "\(directory)/deep/key")
            try await harness.run { server in
                let issued = try await server.send(
                    .post, "/dev/token", body: #"{"sub":"alice","role":"admin","email":"a@example.org","more":1}"#)
                #expect(issued.status == .ok)
                #expect(issued.headers[.cacheControl] == "no-store")
                let headers: HTTPFields = [.authorization: "Bearer \(try Self.token(issued.body))"]
                let who = try await server.send(.get, "/who", headers: headers)
                #expect(who.body.contains("alice admin a@example.org"))
                server.time.advance(by: .seconds(3600 + 31))
                let late = try await server.send(.get, "/who", headers: headers)
                #expect(late.status == .unauthorized)
            }
        }
    }

    @Test("shows its public key only")
    func keySet() async throws {
        try await TemporaryDirectory.with { directory in
            try await Self.harness(keyFile: "\(directory)/key").run { server in
                let answer = try await server.send(.get, "/dev/jwks")
                #expect(answer.headers[.contentType] == "application/jwk-set+json")
                #expect(answer.body.contains(#""crv":"Ed25519""#) && !answer.body.contains(#""d":"#))
            }
        }
    }

    @Test(
        "refuses what no token can say",
        arguments: [
            "", "[]", "null", "{", #"{"sub":""}"#, #"{"sub":"a b"}"#, #"{"sub":".."}"#, #"{"sub":7}"#, "{}",
            #"{"sub":"alice","role":7}"#, #"{"sub":"alice","email":["x"]}"#, #"{"sub":"alice","sub":"bob"}"#,
            #"{"sub":"\#(String(repeating: "a", count: 129))"}"#,
        ])
    func badWish(_ body: String) async throws {
        try await TemporaryDirectory.with { directory in
            try await Self.harness(keyFile: "\(directory)/key").run { server in
                let answer = try await server.send(.post, "/dev/token", body: body)
                #expect(answer.status == .badRequest)
                #expect(answer.body.contains(#""error":"invalid_token_request""#))
            }
        }
    }

    @Test("takes null for nothing, and a body of 4 KiB at most")
    func edges() async throws {
        try await TemporaryDirectory.with { directory in
            try await Self.harness(keyFile: "\(directory)/key").run { server in
                let null = try await server.send(.post, "/dev/token", body: #"{"sub":"alice","role":null}"#)
                #expect(null.status == .ok)
                let large = try await server.send(
                    .post, "/dev/token", body: #"{"sub":"alice","x":"\#(String(repeating: "x", count: 4096))"}"#)
                #expect(large.status == .contentTooLarge)
            }
        }
    }

    private static func harness(keyFile: String, host: String = "127.0.0.1") throws -> PluginHarness {
        try PluginHarness(
            plugins: [DevIssuerPlugin.self, WhoPlugin.self],
            yaml: """
                server: {host: "\(host)"}
                plugins:
                  devIssuer: {enabled: true, keyFile: "\(keyFile)", tokenLifetime: 1h}
                  who: {enabled: true}
                """)
    }

    private static func token(_ body: String) throws -> String {
        let parts = body.split(separator: "\"", omittingEmptySubsequences: false)
        try #require(parts.count == 5 && parts[1] == "token")
        return String(parts[3])
    }
}
