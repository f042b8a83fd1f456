import HummingbirdCore
import Logging
import NIOCore
import Synchronization

@testable import Kernel

/// A session that writes down what happens to it, and does what the test says with what comes.
final class JournalingSession: WebSocketSession {
    private struct State {
        var entries: [String] = []
        var socket: WebSocket?
        var waiters: [(entry: String, continuation: CheckedContinuation<Void, Never>)] = []
    }

    private let state = Mutex(State())
    private let onOpen: @Sendable (WebSocket) -> Void
    private let onMessage: @Sendable (WebSocketMessage, WebSocket) -> Void

    init(
        onOpen: @escaping @Sendable (WebSocket) -> Void = { _ in },
        onMessage: @escaping @Sendable (WebSocketMessage, WebSocket) -> Void = { $1.echo($0) }
    ) {
        self.onOpen = onOpen
        self.onMessage = onMessage
    }

    var entries: [String] { state.withLock { $0.entries } }
    var socket: WebSocket? { state.withLock { $0.socket } }

    /// Returns once `entry` has been written.
    func until(_ entry: String) async {
        await withCheckedContinuation { continuation in
            let isThere = state.withLock { state in
                if state.entries.contains(entry) { return true }
                state.waiters.append((entry, continuation))
                return false
            }
            if isThere { continuation.resume() }
        }
    }

    func opened(_ socket: WebSocket) {
        state.withLock { $0.socket = socket }
        note("opened")
        onOpen(socket)
    }

    func received(_ message: WebSocketMessage) {
        switch message {
        case .text(let text): note("text \(String(buffer: text))")
        case .binary(let bytes): note("binary \(bytes.readableBytes) bytes")
        }
        if let socket { onMessage(message, socket) }
    }

    func writable() {
        note("writable")
    }

    func closed() {
        state.withLock { $0.socket = nil }
        note("closed")
    }

    private func note(_ entry: String) {
        let ready = state.withLock { state in
            state.entries.append(entry)
            let ready = state.waiters.filter { $0.entry == entry }
            state.waiters.removeAll { $0.entry == entry }
            return ready
        }
        for waiter in ready { waiter.continuation.resume() }
    }
}

extension WebSocket {
    func echo(_ message: WebSocketMessage) {
        switch message {
        case .text(let text): send(text: text)
        case .binary(let bytes): send(binary: bytes)
        }
    }
}

extension Responder {
    /// The kernel's way to one socket route at `/socket`, and to the plain route `/plain`.
    static func socket(
        _ session: JournalingSession, limits: (inout WebSocketLimits) -> Void = { _ in },
        accept: @escaping @Sendable (RequestContext) async throws -> Void = { _ in }
    ) throws -> Responder {
        var chosen = WebSocketLimits()
        limits(&chosen)
        let route = SocketRoute("/socket", access: .open(because: "a test"), summary: "a test", limits: chosen) {
            try await accept($1)
            return session
        }
        let cors = CORSPolicy(origins: ["https://app.example.org"])
        let plan = try RoutePlanner(
            routes: [("test", route.handshake(cors: cors)), ("test", .plain("/plain"))], gates: [], accepted: []
        ).plan()
        let time = SystemTimeSource()
        return Responder(
            PlanResponder(plan: plan, server: ServerConfig(), state: ServerState(time: time), logger: .silent))
    }
}
