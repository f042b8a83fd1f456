import HTTPTypes
import KernelTesting
import Testing

@Suite("Refused pushes and pulls")
struct RouteRefusalTests {
    static let pull = "/sync/todo/pull?collection=tasks&since=1970-01-01T00:00:00Z"
    static let appRule = "An app's name is 1 to 64 of A-Z a-z 0-9 . _ - and neither . nor .."

    /// Expects a 400 with exactly these members.
    static func expect(_ answer: PluginHarness.Answer, _ code: String, _ detail: String) {
        #expect(answer.status == .badRequest)
        #expect(answer.headers[.contentType] == "application/problem+json")
        #expect(answer.body == problem(400, "Bad Request", code, detail))
    }

    @Test(
        "An app's name that is none is invalid_app, in a push and in a pull",
        arguments: [
            "%20", "a%2Fb", "a%00", "%C3%BC", "a+b", "a~b", ".", "..", "%2e", "%2E.", "a%20b",
            String(repeating: "a", count: 65),
        ])
    func invalidApp(app: String) async throws {
        try await SyncServer.run { server in
            let push = try await server.send(.post, "/sync/\(app)", body: #"{"changes":[]}"#)
            Self.expect(push, "invalid_app", Self.appRule)
            let pull = try await server.send(.get, "/sync/\(app)/pull?collection=a&since=\(SyncServer.beginning)")
            Self.expect(pull, "invalid_app", Self.appRule)
        }
    }

    @Test(
        "Every other name of an app is one, and keeps to itself",
        arguments: ["a", "...", "-", "_.-", "A", "T0do", "%61pp", String(repeating: "z", count: 64)])
    func validApp(app: String) async throws {
        try await SyncServer.run { server in
            try await server.push(insertion("one"), app: app)
            #expect(try await server.pull(app: app).records == ["one"])
            #expect(try await server.pull(app: "other").changes.isEmpty)
        }
    }

    @Test(
        "A pull without collection or since says which is missing",
        arguments: [
            ("", "collection"), ("?", "collection"), ("?since=2026-01-01T00:00:00Z", "collection"),
            ("?collection=&since=2026-01-01T00:00:00Z", "collection"), ("?Collection=tasks", "collection"),
            ("?collection=tasks", "since"), ("?collection=tasks&since=", "since"), ("?collection=tasks&since", "since"),
        ])
    func missingParameter(query: String, name: String) async throws {
        try await SyncServer.run { server in
            Self.expect(
                try await server.send(.get, "/sync/todo/pull\(query)"), "missing_parameter",
                "The query parameter '\(name)' is missing.")
        }
    }

    @Test(
        "A limit that is no whole number from 1 to 1000 is invalid_limit",
        arguments: [
            "0", "1001", "-1", "%2B5", "+5", "abc", "", "1.0", "1e2", "%D9%A3", "9223372036854775808", "5%20",
        ])
    func invalidLimit(limit: String) async throws {
        try await SyncServer.run { server in
            Self.expect(
                try await server.send(.get, "\(Self.pull)&limit=\(limit)"), "invalid_limit",
                "'limit' must be a whole number from 1 to 1000.")
        }
    }

    @Test(
        "A cursor that is no RFC 3339 timestamp is invalid_cursor, in a pull and in a push",
        arguments: [
            "0", "yesterday", "1767225600", "2026-01-01", "2026-01-01T00:00:00", "2026-02-30T00:00:00Z",
            "2026-01-01T24:00:00Z", "2026-01-01T00:00:00.Z", "2026-01-01T00:00:00+0000", "2026-01-01T00:00:00Zx",
            "0000-02-30T00:00:00Z",
        ])
    func invalidCursor(text: String) async throws {
        try await SyncServer.run { server in
            Self.expect(
                try await server.send(.get, "/sync/todo/pull?collection=tasks&since=\(text)"), "invalid_cursor",
                "'since' is no RFC 3339 timestamp.")
            let push = try await server.send(.post, "/sync/todo", body: #"{"since":"\#(text)","changes":[]}"#)
            Self.expect(push, "invalid_cursor", "since must be an RFC 3339 timestamp.")
        }
    }

    @Test("An X-Client-Id of more than 512 bytes is refused as a clientId is, and one of 512 is taken")
    func longClient() async throws {
        try await SyncServer.run { server in
            let long = String(repeating: "c", count: 513)
            let detail = "X-Client-Id must have at most 512 bytes."
            Self.expect(try await server.send(.get, Self.pull, client: long), "invalid_change", detail)
            let body = #"{"changes":[\#(insertion("one"))]}"#
            Self.expect(try await server.send(.post, "/sync/todo", client: long, body: body), "invalid_change", detail)
            #expect(try await server.pull().changes.isEmpty)
            #expect(try await server.send(.get, Self.pull, client: String(long.dropFirst())).status == .ok)
        }
    }

    @Test("An X-Client-Id that was no UTF-8 is refused, and one that is may hold any letter")
    func unreadableClient() async throws {
        try await SyncServer.run { server in
            // Bytes that are no UTF-8 reach the route as U+FFFD, whatever they were.
            let unreadable = try await server.send(.get, Self.pull, client: "caf\u{FFFD}")
            Self.expect(unreadable, "invalid_change", "X-Client-Id must be UTF-8, without U+FFFD.")
            #expect(try await server.send(.get, Self.pull, client: "caf\u{E9}").status == .ok)
        }
    }

    @Test(
        "A body that is no changeset is refused whole, and the detail says where",
        arguments: [
            ("", "invalid_json"), ("{", "invalid_json"), ("[]", "invalid_changeset"),
            (#"{"changes":7}"#, "invalid_changeset"), (#"{"clientId":7}"#, "invalid_changeset"),
            (#"{"schemaVersion":2}"#, "unsupported_schema_version"),
            (#"{"changes":[\#(insertion("one", data: "1", #","schemaVersion":2"#))]}"#, "unsupported_schema_version"),
            (#"{"changes":[\#(insertion("one")),{"table":"tasks","id":"two","op":"upsert"}]}"#, "invalid_change"),
            (#"{"changes":[\#(insertion("one")),\#(insertion(""))]}"#, "invalid_change"),
        ])
    func body(body: String, code: String) async throws {
        try await SyncServer.run { server in
            let answer = try await server.send(.post, "/sync/todo", body: body)
            #expect(answer.status == .badRequest)
            #expect(try members(of: answer.body.utf8)?["error"] == "\"\(code)\"")
            #expect(try await server.pull().changes.isEmpty)
        }
    }

    @Test("A body over server.maxBody is 413, and nothing of it is stored")
    func largeBody() async throws {
        try await SyncServer.run(server: "maxBody: 1KiB") { server in
            let body = #"{"changes":[\#(insertion("one", data: "\"\(String(repeating: "x", count: 1024))\""))]}"#
            let answer = try await server.send(.post, "/sync/todo", body: body)
            #expect(answer.status == .contentTooLarge)
            #expect(try members(of: answer.body.utf8)?["error"] == "\"payload_too_large\"")
            #expect(try await server.pull().changes.isEmpty)
        }
    }

    @Test("Other methods are 405 with Allow")
    func methods() async throws {
        try await SyncServer.run { server in
            let get = try await server.send(.get, "/sync/todo")
            #expect(get.status == .methodNotAllowed)
            #expect(get.headers[.allow]?.contains("POST") == true)
            let post = try await server.send(.post, "/sync/todo/pull")
            #expect(post.status == .methodNotAllowed)
            #expect(post.headers[.allow]?.contains("GET") == true)
        }
    }
}
