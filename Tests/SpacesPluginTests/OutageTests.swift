import HTTPTypes
import Kernel
import KernelTesting
import Testing

@Suite("While the auth service does not answer")
struct OutageTests {
    /// Anything but a readable 200 in time, and nothing at all.
    static let outages: [StandInAnswer?] = [
        .status(500), .status(404), .redirect(to: "http://127.0.0.1:1/", body: MembershipList.document("anna", [])),
        .hangUp, .garbage, .json("[]"), .json(#"{"userId":"anna"}"#), .json(#"{"memberships":[]}"#),
        .json(MembershipList.document("bert", ["family:admin"])),
        .json(#"{"userId":"anna","memberships":[{"organizationId":"family"}]}"#),
        .json(#"{"userId":"anna","memberships":[{"organizationId":"","role":"admin"}]}"#), .oversized(300_000), nil,
    ]

    @Test("and nothing is known, no cursor moves: reads are 503, and so is a push into a space", arguments: outages)
    func nothingKnown(outage: StandInAnswer?) async throws {
        try await SharedServer.run { server in
            if let outage { server.auth.answer(outage) } else { try await server.auth.stop() }
            try await Self.expectUnavailable(
                server, .get, "/sync/todo/pull?collection=tasks&since=1970-01-01T00:00:00Z")
            try await Self.expectUnavailable(server, .get, "/sync/todo/stream")
            for space in ["family", "_personal:bert"] {
                let body = #"{"changes":[\#(insertion("a")),\#(insertion("b", space))]}"#
                try await Self.expectUnavailable(server, .post, "/sync/todo", body: body)
            }
            let since = "2026-01-01T00:00:00.000001Z"
            for change in [insertion("own"), insertion("mine", "_personal:anna")] {
                let stored = try await server.push(change, user: "anna", client: "phone", since: since)
                #expect(stored.status == 200)
                #expect(stored.records == [] && stored.syncedUntil == since && !stored.hasMore)
            }
            #expect(try await server.push(user: "anna").syncedUntil == "1970-01-01T00:00:00.000000Z")
            // It is back: what was stored is there, and only that.
            if outage == nil { try await server.auth.start() }
            server.auth.answer(.json(MembershipList.document("anna", [])))
            server.time.advance(by: .seconds(60))
            #expect(try await server.pull(user: "anna").records == ["own", "mine"])
        }
    }

    private static func expectUnavailable(
        _ server: SharedServer, _ method: HTTPRequest.Method, _ path: String, body: String = ""
    ) async throws {
        let answer = try await server.send(method, path, user: "anna", body: body)
        #expect(answer.status == .serviceUnavailable)
        #expect(answer.headers[.retryAfter] != nil)
        #expect(answer.body.contains(#""error":"memberships_unavailable""#))
    }

    @Test("What it said last holds for reads and writes, and refuses nobody")
    func lastKnown() async throws {
        try await SharedServer.run(["anna": ["family:admin"], "bert": ["family:member"]]) { server in
            try await server.push(insertion("a", "family"), user: "anna")
            #expect(try await server.pull(user: "bert").records == ["a"])
            server.auth.answer(.status(503))
            server.time.advance(by: .seconds(23 * 3600))
            #expect(try await server.push(insertion("b", "family"), user: "bert").status == 200)
            #expect(try await server.pull(user: "bert").records == ["a", "b"])
            // Whether he may, nobody can tell: it must not be rejected, for rejected changes do not come again by themselves.
            let unsure = try await server.push(insertion("c"), insertion("d", "work"), user: "bert")
            #expect(unsure.status == 503 && unsure.error == "memberships_unavailable")
            #expect(try await server.pull(user: "bert").records == ["a", "b"])
        }
    }

    @Test("A server that is started meanwhile goes by what storage was granted last, for as long as an answer holds")
    func restart() async throws {
        try await SharedServer.restart(["anna": ["family:admin"], "bert": ["family:admin"]]) { server in
            try await server.push(insertion("a", "family"), user: "anna")
            #expect(try await server.pull(user: "bert").records == ["a"])
        } after: { server in
            server.auth.answer(.status(503))
            server.time.advance(by: .seconds(23 * 3600))
            #expect(try await server.pull(user: "bert").records == ["a"])
            #expect(try await server.push(insertion("own"), user: "bert").records == ["a"])
            let shared = try await server.push(insertion("b", "family"), user: "bert")
            #expect(shared.status == 200 && shared.rejected == [] && shared.records == ["a", "own"])
            #expect(try await server.pull(user: "anna").records == ["a", "b"])
            #expect(try await server.pull(user: "carl").error == "memberships_unavailable")
            server.time.advance(by: .seconds(3600))
            #expect(try await server.pull(user: "bert").error == "memberships_unavailable")
            let tooLate = try await server.push(insertion("c", "family"), user: "bert")
            #expect(tooLate.error == "memberships_unavailable")
        }
    }

    static let unsure: [(memberships: [String], space: String)] = [
        (["family:viewer"], "family"), (["family:Guest", "family:viewer"], "family"), (["family:admin"], "work"),
        ([], "family"),
    ]

    @Test(
        "A server that is started meanwhile refuses nobody by what storage was granted: the push is 503, until the service answers",
        arguments: unsure)
    func restartedRefusal(memberships: [String], space: String) async throws {
        try await SharedServer.restart(["bert": memberships]) { server in
            let known = try await server.pull(user: "bert")
            #expect(known.status == 200)
        } after: { server in
            server.auth.answer(.status(503))
            let unsure = try await server.push(insertion("a"), insertion("b", space), user: "bert")
            #expect(unsure.status == 503 && unsure.error == "memberships_unavailable")
            #expect(try await server.pull(user: "bert").records == [])
            // Whose a personal space is needs no answer.
            let named = try await server.push(
                insertion("c", "_personal:bert"), insertion("d", "_personal:anna"), user: "bert")
            #expect(named.rejected == ["1 not_a_member"])
            server.auth.answer(.json(MembershipList.document("bert", ["\(space):member"])))
            server.time.advance(by: .seconds(60))
            #expect(try await server.push(insertion("e", space), user: "bert").rejected == [])
        }
    }

    @Test("A role that changed alone is kept, too: the server that is started next goes by the new one")
    func changedRole() async throws {
        try await SharedServer.restart(["anna": ["family:viewer"], "bert": ["family:member"]]) { server in
            for user in ["anna", "bert"] { _ = try await server.pull(user: user) }
            server.memberships["anna"] = ["family:member"]
            server.memberships["bert"] = ["family:viewer"]
            server.time.advance(by: .seconds(301))
            for user in ["anna", "bert"] { _ = try await server.pull(user: user) }
        } after: { server in
            server.auth.answer(.status(503))
            server.time.advance(by: .seconds(302))
            let (promoted, demoted) = (
                try await server.push(insertion("a", "family"), user: "anna"),
                try await server.push(insertion("b", "family"), user: "bert")
            )
            #expect(promoted.status == 200 && promoted.rejected == [])
            #expect(demoted.error == "memberships_unavailable")
        }
    }

    @Test("for longer than the last answer holds, nothing is known any more")
    func tooLong() async throws {
        try await SharedServer.run(["anna": ["family:admin"]], section: "staleFor: 1h") { server in
            let first = try await server.pull(user: "anna")
            server.auth.answer(.status(503))
            server.time.advance(by: .seconds(3500))
            #expect(try await server.pull(user: "anna").status == 200)
            server.time.advance(by: .seconds(200))
            #expect(try await server.pull(user: "anna").error == "memberships_unavailable")
            let pushed = try await server.push(insertion("own"), user: "anna", since: first.syncedUntil)
            #expect(pushed.status == 200 && pushed.syncedUntil == first.syncedUntil)
        }
    }

    @Test("It is asked once by many at the same time, and waited for five seconds")
    func slow() async throws {
        try await SharedServer.run(["anna": ["family:admin"]]) { server in
            server.auth.hold()
            let answers = try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<20 { group.addTask { try await server.pull(user: "anna").status } }
                await server.auth.waitForRequests(1)
                server.auth.release()
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(answers == Array(repeating: 200, count: 20))
            #expect(server.auth.requests.count == 1)
        }
    }
}
