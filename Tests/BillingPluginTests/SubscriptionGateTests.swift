import HTTPTypes
import Kernel
import KernelTesting
import Logging
import Testing

@testable import BillingPlugin

@Suite("The billing gate")
struct SubscriptionGateTests {
    @Test("lets those sync whose subscription is active, and asks about them as the protocol says")
    func active() async throws {
        try await BilledServer.with(section: "serviceKey: some-key") { server async throws in
            #expect(try await server.pull("auth0|a@b").status == .ok)
            let request = try #require(server.credits.requests.first)
            #expect(request.method == "GET")
            #expect(request.path == "/api/v1/internal/sync/status/auth0%7Ca%40b")
            #expect(request.headers["x-service-key"] == "some-key")
        }
    }

    @Test("answers 402 sync_inactive to those whose subscription is not", arguments: ["/sync/todo", "/sync/todo/pull"])
    func inactive(path: String) async throws {
        try await BilledServer.with(.json(BilledServer.inactive)) { server async throws in
            let method: HTTPRequest.Method = path.hasSuffix("pull") ? .get : .post
            let answer = try await server.harness.send(
                method, path, headers: try server.harness.authorization(of: "alice"))
            #expect(answer.status.code == 402)
            #expect(answer.headers[.contentType] == "application/problem+json")
            #expect(answer.body.contains(#""error":"sync_inactive""#))
            #expect(answer.body.contains(#""status":402"#))
        }
    }

    @Test("decides for each user on their own, and asks again after five minutes")
    func cache() async throws {
        try await BilledServer.with { server async throws in
            server.credits.answer(.json(BilledServer.inactive))
            #expect(try await server.pull("alice").status.code == 402)
            server.credits.answer(.json(BilledServer.active))
            #expect(try await server.pull("bob").status == .ok)
            server.time.advance(by: .seconds(299))
            #expect(try await server.pull("alice").status.code == 402)
            #expect(server.credits.requests.count == 2)
            server.time.advance(by: .seconds(1))
            #expect(try await server.pull("alice").status == .ok)
        }
    }

    @Test("keeps an answer for cacheFor")
    func cacheFor() async throws {
        try await BilledServer.with(section: "cacheFor: 10s") { server async throws in
            _ = try await server.pull()
            server.time.advance(by: .seconds(10))
            _ = try await server.pull()
            #expect(server.credits.requests.count == 2)
        }
    }

    @Test("makes one call for 1,000 requests of one user")
    func singleFlight() async throws {
        try await BilledServer.with { server async throws in
            server.credits.hold()
            let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<1000 { group.addTask { try await server.pull().status.code } }
                await server.credits.waitForRequests(1)
                server.credits.release()
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(statuses == Array(repeating: 200, count: 1000))
            #expect(server.credits.requests.count == 1)
        }
    }

    @Test("stands behind authentication and before nothing that is free")
    func others() async throws {
        try await BilledServer.with(.json(BilledServer.inactive)) { server async throws in
            #expect(try await server.harness.send(.get, "/sync/todo/pull").status == .unauthorized)
            let headers = try server.harness.authorization(of: "alice")
            #expect(try await server.harness.send(.get, "/export", headers: headers).status == .ok)
            #expect(try await server.harness.send(.get, "/health/ready").status != .notFound)
            #expect(server.credits.requests.isEmpty)
        }
    }

    @Test("does not ask for apps that are exempt", arguments: [false, true])
    func exempt(byEnvironment: Bool) async throws {
        try await BilledServer.with(
            .json(BilledServer.inactive), section: byEnvironment ? "" : "exemptApps: [notes, todo]",
            environment: byEnvironment ? ["BILLING_EXEMPT_APPS": "notes, todo"] : [:]
        ) { server async throws in
            #expect(try await server.pull(app: "todo").status == .ok)
            #expect(try await server.pull(app: "notes").status == .ok)
            #expect(server.credits.requests.isEmpty)
            for app in ["Todo", "todo2", "%74odo2"] { #expect(try await server.pull(app: app).status.code == 402) }
            // The same name, escaped.
            #expect(try await server.pull(app: "%74odo").status == .ok)
        }
    }
}

@Suite("While the credits service does not answer")
struct FailOpenTests {
    @Test(
        "everyone may sync",
        arguments: [
            StandInAnswer.status(500, body: BilledServer.inactive), .status(402, body: BilledServer.inactive),
            .status(404), .redirect(to: "/elsewhere", body: BilledServer.inactive), .truncated(BilledServer.inactive),
            .hangUp, .garbage, .endless, .oversized(100_000), .json(""), .json("[]"), .json("{}"), .json("null"),
            .json(#"{"active":"false"}"#), .json(#"{"active":0}"#), .json(#"{"active":null}"#),
            .json(#"{"active":false"#), .json(#"{"active":false,"active":true}"#), .json(#"{"Active":false}"#),
        ])
    func broken(answer: StandInAnswer) async throws {
        try await BilledServer.with(answer) { server async throws in
            #expect(try await server.pull().status == .ok)
            #expect(try await server.pull().status == .ok)
            // The second request met the pause.
            #expect(server.credits.requests.count <= 2)
            #expect(server.credits.requests.allSatisfy { $0.path.hasSuffix("/alice") })
            let lines = server.harness.log.lines.filter { $0.message.contains("credits") }
            #expect(lines.map(\.level) == [.warning])
        }
    }

    @Test("everyone may sync after the time-out", arguments: [StandInAnswer.silent, .dripping(#"{"active":"#)])
    func slow(answer: StandInAnswer) async throws {
        try await BilledServer.with(answer, section: "timeout: 2s") { server async throws in
            async let answer = server.pull()
            await server.credits.waitForRequests(1)
            await server.time.waitForSleepers()
            server.time.advance(by: .seconds(2))
            #expect(try await answer.status == .ok)
            // Nobody waits again at once.
            #expect(try await server.pull().status == .ok)
            #expect(server.credits.requests.count == 1)
        }
    }

    @Test("also those who were inactive when it last answered, and it is in the log once")
    func absent() async throws {
        try await BilledServer.with(.json(BilledServer.inactive)) { server async throws in
            #expect(try await server.pull().status.code == 402)
            try await server.credits.stop()
            #expect(try await server.pull().status.code == 402)
            for _ in 0..<3 {
                server.time.advance(by: .seconds(300))
                #expect(try await server.pull().status == .ok)
            }
            try await server.credits.start()
            server.time.advance(by: .seconds(300))
            #expect(try await server.pull().status.code == 402)
            #expect(
                server.harness.log.lines.map(\.message).filter { $0.contains("credits") } == [
                    "the credits service does not answer: sync is allowed to those of whom nothing is known",
                    "the credits service answers again",
                ])
        }
    }

    @Test("the server is ready, and says what is wrong")
    func health() async throws {
        try await BilledServer.with(.status(500)) { server async throws in
            _ = try await server.pull()
            let ready = try await server.harness.send(.get, "/health/ready")
            #expect(!ready.body.contains("billing.credits-service"))
            let health = try await server.harness.send(.get, "/health")
            #expect(health.body.contains("credits-service: does not answer; sync is allowed meanwhile"))
        }
    }
}
