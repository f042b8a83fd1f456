import HTTPTypes
import Kernel
import KernelTesting
import Testing

private enum Sockets: PluginScript {
    static let id = "sockets"
    static func declare(into registry: inout PluginRegistry) {
        registry.socket(
            SocketRoute("/echo/{name}", access: .open(because: "a test"), summary: "echoes") { _, context in
                guard context.parameters["name"] != "nobody" else {
                    throw Problem.forbidden(detail: "Nobody may.")
                }
                return JournalingSession()
            })
        registry.socket(
            SocketRoute("/mine", access: .requires([.authenticated]), summary: "of a user") { _, context in
                let user = try context.requirePrincipal().userID
                return JournalingSession(onOpen: { $0.send(text: user) })
            })
    }
}

@Suite("Sockets in a plugin's tests", .timeLimit(.minutes(1)))
struct TestSocketTests {
    private func harness() throws -> PluginHarness {
        try Planning.harness(
            [Scripted<Sockets>.self, TestIssuerPlugin.self],
            more: "server: {cors: {origins: [\"https://app.example.org\"]}}")
    }

    @Test("carry messages both ways, and close")
    func messages() async throws {
        try await harness().run { harness in
            let socket = try await harness.socket("/echo/a", headers: [.origin: "https://app.example.org"])
            socket.send(text: "hello")
            #expect(await socket.receive() == .text("hello"))
            socket.send(binary: [1, 2])
            #expect(await socket.receive() == .binary([1, 2]))
            socket.close()
            #expect(await socket.receive() == .closed(1000, reason: ""))
            #expect(await socket.receive() == .ended)
            #expect(await socket.receive() == .ended)
        }
    }

    @Test("pass the gates of their route")
    func gates() async throws {
        try await harness().run { harness in
            let refusal = try await #require(throws: TestSocket.Refusal.self) { try await harness.socket("/mine") }
            #expect(refusal.answer.status == .unauthorized)
            let socket = try await harness.socket("/mine", headers: harness.authorization(of: "ada"))
            #expect(await socket.receive() == .text("ada"))
            let statuses = harness.log.lines.filter { $0.metadata["route"] == "/mine" }.map { $0.metadata["status"] }
            #expect(statuses == ["401", "101"])
        }
    }

    @Test("are refused as the plugin says, and where the page is of another origin")
    func refused() async throws {
        try await harness().run { harness in
            let nobody = try await #require(throws: TestSocket.Refusal.self) {
                try await harness.socket("/echo/nobody")
            }
            #expect(nobody.answer.status == .forbidden && nobody.answer.body.contains("Nobody may."))
            let evil = try await #require(throws: TestSocket.Refusal.self) {
                try await harness.socket("/echo/a", headers: [.origin: "https://evil.example.org"])
            }
            #expect(evil.answer.body.contains("origin_not_allowed"))
        }
    }

    @Test("are told of a drain")
    func drain() async throws {
        try await harness().run { harness in
            let socket = try await harness.socket("/echo/a")
            socket.drainServer()
            #expect(await socket.receive() == .closed(1001, reason: "the server stops"))
            #expect(await socket.receive() == .ended)
        }
    }

    @Test("stand in the plan as routes of GET")
    func plan() throws {
        let route = try #require(try harness().plan.routes.first { $0.route.path == "/mine" })
        #expect(route.route.isSocket && route.route.method == .get && route.chain.contains("http.access-log"))
    }

    @Test("answer a request that is no handshake with 426")
    func plain() async throws {
        try await harness().run { harness in
            let answer = try await harness.send(.get, "/echo/a")
            #expect(answer.status.code == 426 && answer.headers[.upgrade] == "websocket")
        }
    }
}
