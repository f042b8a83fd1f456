import HTTPTypes
import Kernel
import KernelTesting
import Testing

@Suite("Open connections of members", .timeLimit(.minutes(1)))
struct LiveSharingTests {
    static func stream(_ server: SharedServer, of user: String, since: String = "") async throws -> OpenAnswer {
        try await server.harness.open(
            .get, "/sync/todo/stream?since=\(since)", headers: server.harness.authorization(of: user))
    }

    /// What comes up to and with the first piece that has `text`.
    static func text(of stream: OpenAnswer, until text: String) async throws -> String {
        var found = ""
        while !found.contains(text), let piece = try await stream.next() { found += piece }
        return found
    }

    static func socket(_ server: SharedServer, of user: String, path: String = "/ws") async throws -> TestSocket {
        let socket = try await server.harness.socket(path)
        let token = try server.harness.authorization(of: user)[.authorization]?.dropFirst(7) ?? ""
        socket.send(text: #"{"type":"auth","token":"\#(token)"}"#)
        let first = await socket.receive()
        #expect(first == .text(#"{"type":"auth-ok"}"#), "\(first)")
        return socket
    }

    static let news = TestSocket.Event.text(#"{"type":"sync-available","appId":"todo","tables":["tasks"]}"#)

    @Test("A push into a space comes to its members' streams and wakes their sockets, and nobody else's")
    func members() async throws {
        try await SharedServer.run(["anna": ["family:admin"], "bert": ["family:viewer"]]) { server in
            let stream = try await Self.stream(server, of: "bert")
            let sockets = (
                bert: try await Self.socket(server, of: "bert"), carl: try await Self.socket(server, of: "carl")
            )
            _ = try await Self.text(of: stream, until: "heartbeat")
            try await server.push(insertion("a", "family"), user: "anna")
            #expect(try await Self.text(of: stream, until: "\n\n").contains(#""id":"a""#))
            #expect(await sockets.bert.receive() == Self.news)
            try await server.push(insertion("b"), user: "carl")
            #expect(await sockets.carl.receive() == Self.news)
            await stream.leave()
        }
    }

    @Test("A stream ends when its user's spaces change, and goes on where it was once it is opened anew")
    func streamEnds() async throws {
        try await SharedServer.run(["anna": ["family:admin"]]) { server in
            try await server.push(insertion("a", "family"), user: "anna")
            let stream = try await Self.stream(server, of: "bert")
            let start = try await Self.text(of: stream, until: "\n\n")
            #expect(start.contains("heartbeat"))
            server.memberships["bert"] = ["family:viewer"]
            server.time.advance(by: .seconds(301))
            // Another request of his brings it to light.
            #expect(try await server.pull(user: "bert").records == ["a"])
            let end = try await Self.text(of: stream, until: "event: end")
            #expect(end.contains(#"{"reason":"membership_changed"}"#))
            #expect(!end.contains(#""id":"a""#))
            let next = try await Self.stream(server, of: "bert")
            #expect(try await Self.text(of: next, until: "event: changes").contains("changes"))
            await next.leave()
        }
    }

    @Test("Nobody has to ask: who is connected is asked about now and then")
    func refresh() async throws {
        try await SharedServer.run(["anna": ["family:admin"], "bert": ["family:admin"]], runsBackground: true) {
            server in
            let stream = try await Self.stream(server, of: "bert")
            _ = try await Self.text(of: stream, until: "heartbeat")
            server.memberships["bert"] = []
            let asked = server.auth.requests.count
            server.time.advance(by: .seconds(301))
            await server.auth.waitForRequests(asked + 1)
            let end = try await Self.text(of: stream, until: "event: end")
            #expect(end.contains(#"{"reason":"membership_changed"}"#))
        }
    }

    @Test("A socket hears of the spaces that its user joins, and no more of those that they leave")
    func audience() async throws {
        try await SharedServer.run(["anna": ["family:admin"], "bert": ["work:admin"]]) { server in
            let socket = try await Self.socket(server, of: "bert")
            server.memberships["bert"] = ["family:admin"]
            let phone = "phone"
            #expect(try await server.push(insertion("x", "family"), user: "bert", client: phone).rejected == [])
            try await server.push(insertion("a", "family", table: "later"), user: "anna")
            try await Self.receive(socket, "later")
            server.memberships["bert"] = []
            #expect(try await server.push(insertion("y", "none"), user: "bert").rejected == ["0 not_a_member"])
            // Soon after the answer.
            var hears = true
            for round in 0..<1000 where hears {
                try await server.push(insertion("b\(round)", "family", table: "secret"), user: "anna")
                try await server.push(insertion("own", table: "mine\(round)"), user: "bert", client: phone)
                hears = try await Self.receive(socket, "mine\(round)").contains("secret")
            }
            #expect(!hears)
            socket.send(text: #"{"type":"ping"}"#)
            #expect(await socket.receive() == .text(#"{"type":"pong"}"#))
        }
    }

    /// What a socket is told up to and with what has `text`.
    @discardableResult
    static func receive(_ socket: TestSocket, _ text: String) async throws -> String {
        var heard = ""
        while !heard.contains(text) {
            guard case .text(let message) = await socket.receive() else {
                throw SocketEnded(heard: heard)
            }
            heard += message
        }
        return heard
    }

    struct SocketEnded: Error {
        let heard: String
    }

    @Test("A joiner's socket is told of what the space has, which nobody writes now", arguments: ["/ws", "/ws/todo"])
    func joiner(path: String) async throws {
        try await SharedServer.run(["anna": ["family:admin", "work:admin"], "bert": ["work:admin"]]) { server in
            try await server.push(insertion("n", "family", table: "notes"), user: "anna")
            try await server.push(insertion("w", "work", table: "known"), user: "anna")
            let socket = try await Self.socket(server, of: "bert", path: path)
            server.memberships["bert"] = ["family:viewer", "work:admin"]
            server.time.advance(by: .seconds(301))
            #expect(try await server.pull(user: "bert").status == 200)
            #expect(
                await socket.receive() == .text(#"{"type":"sync-available","appId":"todo","tables":["notes"]}"#))
        }
    }

    @Test("A socket of one app is told nothing of what a space has in others")
    func otherApp() async throws {
        try await SharedServer.run(["anna": ["family:admin"]]) { server in
            try await server.push(insertion("n", "family", table: "notes"), user: "anna")
            let socket = try await Self.socket(server, of: "bert", path: "/ws/other")
            let all = try await Self.socket(server, of: "bert")
            server.memberships["bert"] = ["family:viewer"]
            server.time.advance(by: .seconds(301))
            #expect(try await server.pull(user: "bert").records == [])
            try await Self.receive(all, "notes")
            socket.send(text: #"{"type":"ping"}"#)
            #expect(await socket.receive() == .text(#"{"type":"pong"}"#))
        }
    }

    @Test(
        "A socket that was opened while nothing was known hears of its user's spaces once they are, though no grant changes"
    )
    func openedInAnOutage() async throws {
        try await SharedServer.run(
            ["anna": ["family:admin"], "bert": ["family:admin"]], section: "staleFor: 10m", runsBackground: true
        ) { server in
            try await server.push(insertion("n", "family", table: "notes"), user: "anna")
            #expect(try await server.pull(user: "bert").status == 200)
            server.auth.answer(.status(503))
            server.time.advance(by: .seconds(601))
            let socket = try await Self.socket(server, of: "bert")
            server.auth.answer(.json(MembershipList.document("bert", ["family:admin"])))
            server.time.advance(by: .seconds(40))
            try await Self.receive(socket, "notes")
        }
    }
}
