import HTTPTypes
import Kernel
import KernelTesting
import Testing

@testable import BackupPlugin

@Suite("Who is an operator")
struct OperatorAccessTests {
    private static let admin: [(HTTPRequest.Method, String)] = [
        (.post, "/api/admin/backups"), (.get, "/api/admin/backups"), (.get, "/api/admin/backups/x"),
        (.get, "/api/admin/backups/x/file"), (.post, "/api/admin/backups/x/verify"), (.delete, "/api/admin/backups/x"),
        (.get, "/api/admin/audit"),
    ]

    @Test("nobody and a wrong key get 401, a user 403, on every route", arguments: admin.indices)
    func refused(index: Int) async throws {
        let (method, path) = Self.admin[index]
        try await BackupServer.run(backup: BackupServer.withKey) { server in
            let nobody = try await server.send(method, path, user: nil)
            #expect(nobody.status == .unauthorized)
            #expect(nobody.text.contains("X-API-Key") && nobody.text.contains("Authorization: Bearer"))
            #expect(nobody.headers[.wwwAuthenticate] == #"Bearer, ApiKey header="X-API-Key""#)
            #expect(try await server.send(method, path, user: nil, headers: [.apiKey: "wrong"]).status == .unauthorized)
            #expect(try await server.send(method, path, user: "anna").status == .forbidden)
            // A key that is wrong is not made good by a token.
            let headers = try server.harness.authorization(of: "anna", role: "admin")
            var both = headers
            both[.apiKey] = "wrong"
            #expect(try await server.send(method, path, user: nil, headers: both).status == .unauthorized)
        }
    }

    @Test(
        "an operator's token is one whose role is configured",
        arguments: [
            ("admin", "", true), ("user", "", false), ("ops", "operatorRoles: [ops]", true),
            ("admin", "operatorRoles: [ops]", false), ("Admin", "", false), ("admin", "operatorRoles: []", false),
        ])
    func roles(role: String, config: String, isOperator: Bool) async throws {
        try await BackupServer.run(backup: config) { server in
            let headers = try server.harness.authorization(of: "anna", role: role)
            let answer = try await server.send(.get, "/api/admin/backups", user: nil, headers: headers)
            #expect(answer.status == (isOperator ? .ok : .forbidden))
        }
    }

    @Test("the one-click snapshot takes a key and no token, and is 403 where there are no keys")
    func snapshot() async throws {
        try await BackupServer.run { server in
            let headers = try server.harness.authorization(of: "anna", role: "admin")
            #expect(try await server.send(.get, "/api/backup", user: nil, headers: headers).status == .forbidden)
            #expect(try await server.send(.get, "/api/backup", user: nil, headers: [.apiKey: "x"]).status == .forbidden)
        }
        try await BackupServer.run(backup: BackupServer.withKey) { server in
            let headers = try server.harness.authorization(of: "anna", role: "admin")
            let answer = try await server.send(.get, "/api/backup", user: nil, headers: headers)
            #expect(answer.status == .unauthorized && answer.text.contains("X-API-Key"))
            #expect(answer.headers[.wwwAuthenticate] == #"ApiKey header="X-API-Key""#)
            #expect(try await server.operate(.get, "/api/backup").status == .ok)
        }
    }

    @Test("each of several keys is good, and the audit log has its name")
    func rotation() async throws {
        let config = #"apiKeys: [{name: old, key: aaaaaaaaaaaaaaaaaaaa}, {name: new, key: bbbbbbbbbbbbbbbbbbbb}]"#
        try await BackupServer.run(backup: config) { server in
            for (name, key) in [("old", "aaaaaaaaaaaaaaaaaaaa"), ("new", "bbbbbbbbbbbbbbbbbbbb")] {
                #expect(try await server.send(.get, "/api/backup", user: nil, headers: [.apiKey: key]).status == .ok)
                let entry = try #require(try await server.backups.audit.latest(limit: 1).first)
                #expect(entry.event.actorID == "key:\(name)")
                #expect(entry.event.metadata.contains("127.0.0.1"))
            }
        }
    }

    @Test(
        "keys that are short or known are refused where others reach the server",
        arguments: [
            "short", "dev-service-key", "has space in it that is long",
        ])
    func weakKeys(key: String) throws {
        let yaml = """
            server: {host: 0.0.0.0}
            auth: {jwksURL: "https://x.example/jwks"}
            kernel: {unfulfilled: [metered]}
            plugins: {backup: {enabled: true, apiKeys: [{name: ops, key: "\(key)"}]}}
            """
        #expect(throws: (any Error).self) { try PluginHarness(plugins: BackupServer.plugins, yaml: yaml) }
    }

    @Test(
        "MANA_API_KEYS names keys; what is no name and key is an error",
        arguments: [
            ("ops:0123456789abcdef,ci:fedcba9876543210", true), ("", true), ("nokey", false), ("a:", false),
            (":b", false),
            ("a:b,a:c", false),
        ])
    func environment(text: String, isGood: Bool) throws {
        let yaml = "kernel: {unfulfilled: [metered]}\nplugins: {backup: {enabled: true}}"
        let make = {
            try PluginHarness(plugins: BackupServer.plugins, yaml: yaml, environment: ["MANA_API_KEYS": text])
        }
        if isGood { _ = try make() } else { #expect(throws: (any Error).self) { _ = try make() } }
    }
}
