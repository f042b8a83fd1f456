import Domain
import Kernel
import NIOCore

/// Does what a conversation says, on its socket's event loop and nowhere else.
final class SocketConnection {
    private let socket: any LiveSocket
    private let live: LiveServices
    private var conversation: SocketConversation
    private var seat: LiveSeat
    private var registration: LiveRegistration?
    private var alarm: LiveTimers.Alarm?
    private var verification: Task<Void, Never>?
    private var audience: SocketAudience?
    private var scope: LiveScope?

    init(_ socket: any LiveSocket, live: LiveServices, app: AppID?, seat: LiveSeat) {
        self.socket = socket
        self.live = live
        self.seat = seat
        conversation = SocketConversation(app: app, timeout: live.config.authTimeout)
    }

    func opened() {
        perform(conversation.opened())
    }

    func received(_ message: WebSocketMessage) {
        do throws(ClientMessage.Fault) {
            guard case .text(let text) = message else { throw .binary }
            perform(conversation.received(try ClientMessage(text)))
        } catch {
            perform(conversation.received(error))
        }
    }

    /// Keeps what its listener hears, and passes on what the peer takes.
    func hear(_ notices: [ChangeNotice]) {
        for notice in notices where !conversation.heard(notice) {
            flush()
            guard conversation.heard(notice) else { return perform(conversation.fellBehind()) }
        }
        flush()
    }

    /// Has it hear of other spaces, if there are any.
    func grantsChanged() {
        audience?.refresh()
    }

    /// Whoever cannot be told what has changed is told to come again: then it pulls.
    func mayHaveMissed() {
        perform(conversation.fellBehind())
    }

    func flush() {
        guard socket.isWritable else { return }
        for message in conversation.outbox.take() { socket.send(text: message) }
    }

    func closed() {
        conversation.closed()
        registration?.cancel()
        verification?.cancel()
        if let alarm { live.timers.cancel(alarm) }
        audience?.end()
        (registration, verification, alarm, audience) = (nil, nil, nil, nil)
        seat.leave()
    }

    private func perform(_ actions: [SocketConversation.Action]) {
        for action in actions {
            switch action {
            case .verify(let token): verify(token)
            case .join(let scope): join(scope)
            case .wake(let delay): wake(after: delay)
            case .close(let code, let reason, let lastWords):
                if let lastWords { socket.send(text: lastWords) }
                socket.close(code, reason: reason)
            }
        }
        flush()
    }

    /// A task of its own, since a session is called without one; it is cancelled with the connection.
    private func verify(_ token: BearerToken) {
        let connection = bound
        verification = Task { [verify = live.verify] in
            let result: Result<Principal, AuthenticationError>
            do throws(AuthenticationError) {
                result = .success(try await verify(token))
            } catch {
                result = .failure(error)
            }
            connection.eventLoop.execute { connection.value.verified(result) }
        }
    }

    private func verified(_ result: Result<Principal, AuthenticationError>) {
        verification = nil
        switch result {
        case .success(let principal): perform(conversation.verified(principal, now: live.time.now))
        case .failure(let error): perform(conversation.refused(error.code))
        }
    }

    /// It listens before it is told that it is in: what is committed after that, it hears of.
    private func join(_ scope: LiveScope) {
        guard let seat = live.seats.socketSeat(of: scope.user) else { return perform(conversation.turnedAway()) }
        self.seat.leave()
        self.seat = seat
        listen(scope)
        guard let spaces = live.spaces else { return perform(conversation.joined(now: live.time.now)) }
        audience = SocketAudience(of: scope.user, in: spaces, on: socket.eventLoop, timers: live.timers) {
            [weak self] news in self?.learned(news)
        }
        audience?.refresh()
    }

    private func learned(_ news: SocketAudience.News) {
        switch news {
        case .spaces(let spaces):
            listen(to: spaces)
            perform(conversation.joined(now: live.time.now))
        case .notices(let notices): hear(notices.filter { scope?.app == nil || scope?.app == $0.app })
        case .missed: mayHaveMissed()
        }
    }

    private func listen(to spaces: Set<SpaceID>) {
        guard var scope, scope.spaces != spaces else { return }
        scope.spaces = spaces
        listen(scope)
    }

    /// Hears of a scope, and no more of the one before. The new one is heard of first, so that nothing is committed in between.
    private func listen(_ scope: LiveScope) {
        let before = registration
        registration = live.hub.add(SocketListener(scope: scope, connection: bound), on: socket.eventLoop)
        before?.cancel()
        self.scope = scope
    }

    private func wake(after delay: Duration) {
        if let alarm { live.timers.cancel(alarm) }
        let connection = bound
        alarm = live.timers.after(delay) {
            connection.eventLoop.execute { connection.value.alarmFired() }
        }
    }

    private func alarmFired() {
        perform(conversation.alarm(now: live.time.now))
    }

    private var bound: NIOLoopBound<SocketConnection> { NIOLoopBound(self, eventLoop: socket.eventLoop) }
}

/// An authenticated WebSocket's ear in the hub.
private final class SocketListener: LiveListener {
    let scope: LiveScope
    private let connection: NIOLoopBound<SocketConnection>

    init(scope: LiveScope, connection: NIOLoopBound<SocketConnection>) {
        self.scope = scope
        self.connection = connection
    }

    func hear(_ notices: [ChangeNotice]) { connection.value.hear(notices) }
    func grantsChanged() { connection.value.grantsChanged() }
    func mayHaveMissed() { connection.value.mayHaveMissed() }

    /// The kernel closes sockets itself.
    func drain() {}
}
