import Foundation
import HTTPTypes
import Kernel
import KernelTesting
import Testing

@Suite("A WebSocket", .timeLimit(.minutes(2)))
struct SocketTests {
    static let ok = TestSocket.Event.text(#"{"type":"auth-ok"}"#)

    static func news(_ tables: String..., app: String = "todo") -> TestSocket.Event {
        .text(#"{"type":"sync-available","appId":"\#(app)","tables":[\#(tables.map { "\"\($0)\"" }.joined())]}"#)
    }

    static func auth(_ server: SyncServer, of user: String = "anna", client: String? = nil) throws -> String {
        let header = try server.harness.authorization(of: user)[.authorization] ?? ""
        let client = client.map { #","clientId":"\#($0)""# } ?? ""
        return #"{"type":"auth","token":"\#(header.dropFirst(7))"\#(client)}"#
    }

    /// Opens a socket and authenticates on it.
    static func open(
        _ server: SyncServer, _ path: String = "/ws", user: String = "anna", client: String? = nil
    ) async throws -> TestSocket {
        let socket = try await server.harness.socket(path)
        socket.send(text: try auth(server, of: user, client: client))
        #expect(await socket.receive() == ok)
        return socket
    }

    @Test("tells of every push of the user's other clients, from the moment that it says auth-ok")
    func news() async throws {
        try await SyncServer.run { server in
            let socket = try await Self.open(server, client: "laptop")
            try await server.push(insertion("a"), client: "phone")
            #expect(await socket.receive() == Self.news("tasks"))
            try await server.push(insertion("own"), client: "laptop")
            try await server.push(insertion("foreign"), user: "bert")
            try await server.push(insertion("b", table: "notes"), app: "other")
            #expect(await socket.receive() == Self.news("notes", app: "other"))
            socket.close()
            #expect(await socket.receive() == .closed(1000, reason: ""))
            #expect(await socket.receive() == .ended)
        }
    }

    @Test("for one app tells of that alone")
    func oneApp() async throws {
        try await SyncServer.run { server in
            let socket = try await Self.open(server, "/ws/todo")
            try await server.push(insertion("a"), app: "other")
            try await server.push(insertion("b"))
            #expect(await socket.receive() == Self.news("tasks"))
        }
    }

    @Test("is refused at the handshake for a bad app, and where too many have not authenticated")
    func handshake() async throws {
        try await SyncServer.run(sync: "maxUnauthenticated: 2") { server in
            let bad = await #expect(throws: TestSocket.Refusal.self) { try await server.harness.socket("/ws/a%20b") }
            #expect(bad?.answer.status == .badRequest)
            let first = try await server.harness.socket("/ws")
            let second = try await server.harness.socket("/ws/todo")
            let refused = await #expect(throws: TestSocket.Refusal.self) { try await server.harness.socket("/ws") }
            #expect(refused?.answer.status == .tooManyRequests)
            #expect(refused?.answer.headers[.retryAfter] == "5")
            // Who has authenticated does not count.
            first.send(text: try Self.auth(server))
            #expect(await first.receive() == Self.ok)
            let third = try await Self.open(server)
            second.close()
            third.close()
        }
    }

    @Test("that brings a bad token is told so and closed")
    func badToken() async throws {
        try await SyncServer.run { server in
            let socket = try await server.harness.socket("/ws")
            socket.send(text: #"{"type":"auth","token":"nonsense"}"#)
            #expect(await socket.receive() == .text(#"{"type":"error","message":"invalid token"}"#))
            #expect(await socket.receive() == .closed(1008, reason: "invalid token"))
        }
    }

    @Test("stays through messages that make no sense, and answers pings")
    func nonsense() async throws {
        try await SyncServer.run { server in
            let socket = try await server.harness.socket("/ws")
            socket.send(binary: [1, 2, 3])
            #expect(await socket.receive() == .text(#"{"type":"error","message":"messages are text"}"#))
            socket.send(text: #"{"type":"ping"}"#)
            #expect(await socket.receive() == .text(#"{"type":"pong"}"#))
            socket.send(text: try Self.auth(server))
            #expect(await socket.receive() == Self.ok)
        }
    }

    @Test("of a user who has too many is closed; each one that ends makes room")
    func caps() async throws {
        try await SyncServer.run(sync: "maxSocketsPerUser: 1") { server in
            let first = try await Self.open(server)
            let second = try await server.harness.socket("/ws")
            second.send(text: try Self.auth(server))
            #expect(await second.receive() == .closed(1013, reason: "too many connections"))
            let other = try await Self.open(server, user: "bert")
            #expect(try await server.metric("mana_sync_users_connected") == "2")
            try await first.cut()
            try await until { try await server.metric("mana_sync_users_connected") == "1" }
            let third = try await Self.open(server)
            for socket in [other, third] { socket.close() }
        }
    }

    @Test("without a token is closed when its time is over, and with one at its expiry")
    func deadlines() async throws {
        try await SyncServer.run(runsBackground: true) { server in
            let silent = try await server.harness.socket("/ws")
            let authenticated = try await Self.open(server)
            await server.harness.time.waitForSleepers(2)
            server.harness.time.advance(by: .seconds(11))
            #expect(await silent.receive() == .closed(1008, reason: "auth timeout"))
            await server.harness.time.waitForSleepers(2)
            server.harness.time.advance(by: .seconds(3589))
            #expect(await authenticated.receive() == .closed(1008, reason: "token expired"))
        }
    }

    @Test("whose client takes nothing is sent away once too much has happened, and told what it can take before")
    func farBehind() async throws {
        try await SyncServer.run { server in
            let socket = try await Self.open(server)
            try await socket.setReading(false)
            let name = String(repeating: "x", count: 500)
            for push in 0..<40 {
                let changes = (0..<64).map { insertion("r", table: "\(name)\(push).\($0)") }
                try await server.push(changes.joined(separator: ","), client: "phone")
            }
            try await socket.setReading(true)
            var event = await socket.receive()
            while case .text = event { event = await socket.receive() }
            #expect(event == .closed(1013, reason: "too far behind"))
            // The next one is told of what comes then.
            let next = try await Self.open(server)
            try await server.push(insertion("last"), client: "phone")
            #expect(await next.receive() == Self.news("tasks"))
        }
    }
}
