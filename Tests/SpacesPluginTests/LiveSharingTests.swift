import HTTPTypes
import Kernel
import KernelTesting
import Testing

@Suite("Open connections of members")
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

    static func socket(_ server: SharedServer, of user: String) async throws -> TestSocket {
        let socket = try await server.harness.socket("/ws")
        let token = try server.harness.authorization(of: user)[.authorization]?.dropFirst(7) ?? ""
        socket.send(text: #"{"type":"auth","token":"\#(token)"}"#)
        #expect(await socket.receive() == .text(#"{"type":"auth-ok"}"#))
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
            #expect(try await server.push(insertion("x", "family"), user: "bert", client: "phone").rejected == [])
            #expect(await socket.receive() == Self.news)
            try await server.push(insertion("a", "family"), user: "anna")
            #expect(await socket.receive() == Self.news)
            server.memberships["bert"] = []
            #expect(try await server.push(insertion("y", "none"), user: "bert").rejected == ["0 not_a_member"])
            try await server.push(insertion("b", "family"), user: "anna")
            try await server.push(insertion("own"), user: "bert", client: "phone")
            #expect(await socket.receive() == Self.news)
            socket.send(text: #"{"type":"ping"}"#)
            #expect(await socket.receive() == .text(#"{"type":"pong"}"#))
        }
    }
}
