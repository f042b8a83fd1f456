import Domain
import Synchronization

/// Counts who is connected, and keeps the caps (spec: security.md, "Caps").
final class LiveSeats: Sendable {
    /// The kinds of connection.
    enum Kind: Sendable {
        /// A stream of Server-Sent Events.
        case stream
        /// An authenticated WebSocket.
        case socket
        /// A WebSocket that has not authenticated yet.
        case unauthenticated
    }

    /// The caps.
    struct Limits: Sendable {
        var streamsPerUser: Int
        var socketsPerUser: Int
        var unauthenticated: Int
    }

    private struct Counts {
        var streams = 0
        var sockets = 0

        var isEmpty: Bool { streams == 0 && sockets == 0 }
    }

    private struct State {
        var all = Counts()
        var unauthenticated = 0
        var users: [UserID: Counts] = [:]
        var untilNoStream: [AsyncStream<Never>.Continuation] = []
    }

    private let limits: Limits
    private let metrics: LiveMetrics
    private let state = Mutex(State())

    init(limits: Limits, metrics: LiveMetrics) {
        self.limits = limits
        self.metrics = metrics
    }

    /// How many users have a stream or an authenticated WebSocket.
    var users: Int { state.withLock { $0.users.count } }

    /// Those users.
    var connectedUsers: [UserID] { state.withLock { Array($0.users.keys) } }

    /// A stream's seat; nil where the user has no more.
    func streamSeat(of user: UserID) -> LiveSeat? { seat(.stream, user, \.streams, limit: limits.streamsPerUser) }

    /// An authenticated WebSocket's seat; nil where the user has no more.
    func socketSeat(of user: UserID) -> LiveSeat? { seat(.socket, user, \.sockets, limit: limits.socketsPerUser) }

    /// The seat of a WebSocket that has not authenticated; nil where there are no more.
    func unauthenticatedSeat() -> LiveSeat? {
        let isTaken = state.withLock { state in
            guard state.unauthenticated < limits.unauthenticated else { return false }
            state.unauthenticated += 1
            metrics.connected(sockets: state.all.sockets + state.unauthenticated, streams: state.all.streams)
            return true
        }
        return isTaken ? LiveSeat(self, .unauthenticated, user: nil) : nil
    }

    private func seat(
        _ kind: Kind, _ user: UserID, _ count: WritableKeyPath<Counts, Int>, limit: Int
    ) -> LiveSeat? {
        let isTaken = state.withLock { state in
            guard state.users[user, default: Counts()][keyPath: count] < limit else { return false }
            state.users[user, default: Counts()][keyPath: count] += 1
            state.all[keyPath: count] += 1
            report(state)
            return true
        }
        return isTaken ? LiveSeat(self, kind, user: user) : nil
    }

    fileprivate func leave(_ kind: Kind, _ user: UserID?) {
        state.withLock { state in
            switch kind {
            case .unauthenticated: state.unauthenticated -= 1
            case .stream: leave(user, \.streams, &state)
            case .socket: leave(user, \.sockets, &state)
            }
            report(state)
            guard state.all.streams == 0 else { return }
            for waiting in state.untilNoStream { waiting.finish() }
            state.untilNoStream = []
        }
    }

    private func leave(_ user: UserID?, _ count: WritableKeyPath<Counts, Int>, _ state: inout State) {
        state.all[keyPath: count] -= 1
        guard let user, var counts = state.users[user] else { return }
        counts[keyPath: count] -= 1
        state.users[user] = counts.isEmpty ? nil : counts
    }

    private func report(_ state: borrowing State) {
        metrics.connected(sockets: state.all.sockets + state.unauthenticated, streams: state.all.streams)
        metrics.usersConnected(state.users.count)
    }

    /// Returns when there is no stream, or the task is cancelled.
    func waitForNoStream() async {
        let (stream, continuation) = AsyncStream.makeStream(of: Never.self)
        state.withLock { state in
            if state.all.streams == 0 { continuation.finish() } else { state.untilNoStream.append(continuation) }
        }
        for await _ in stream {}
    }
}

/// A connection that is counted, until it leaves or is gone: a response that is never written frees its seat too.
final class LiveSeat: Sendable {
    private let seats: LiveSeats
    private let kind: LiveSeats.Kind
    private let user: UserID?
    private let hasLeft = Atomic(false)

    fileprivate init(_ seats: LiveSeats, _ kind: LiveSeats.Kind, user: UserID?) {
        self.seats = seats
        self.kind = kind
        self.user = user
    }

    deinit { leave() }

    /// Frees the seat. Does nothing the second time.
    func leave() {
        guard !hasLeft.exchange(true, ordering: .acquiringAndReleasing) else { return }
        seats.leave(kind, user)
    }
}
