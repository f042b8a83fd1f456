import Domain
import Kernel
import NIOCore

/// What is said on one WebSocket, and when it ends: a state machine without I/O (spec: protocol.md, "WebSocket").
///
/// What happens is a method; what is to be done about it comes back. What is to be said waits in ``outbox`` until the peer takes it.
struct SocketConversation {
    /// Something to be done.
    enum Action: Sendable {
        /// Have the token verified, and come back with ``verified(_:now:)`` or ``refused(_:)``.
        case verify(BearerToken)
        /// Count the user and have them told of commits from now on, then come back with ``joined(now:)`` or ``turnedAway()``.
        case join(LiveScope)
        /// Call ``alarm(now:)`` after so long, instead of when this last said.
        case wake(after: Duration)
        /// Send the last words, if there are any, and close. Nothing is to be done any more.
        case close(WebSocketCloseCode, String, lastWords: ByteBuffer? = nil)
    }

    private enum State {
        /// For the first `auth`; the timeout runs, also while its token is verified.
        case waiting
        /// Its token was good, the rest is being done.
        case joining(Principal)
        case open(UserID, until: UnixTime)
        case closed
    }

    /// How many messages that make no sense a peer may send.
    static let mostFaults = 16

    /// What waits until the peer takes it.
    var outbox = SocketOutbox()

    private let app: AppID?
    private let timeout: Duration
    private var state = State.waiting
    private var isVerifying = false
    private var client: ClientID?
    private var faults = 0

    /// A conversation about one app, or about all where it is nil.
    init(app: AppID?, timeout: Duration) {
        self.app = app
        self.timeout = timeout
    }

    /// The connection stands.
    func opened() -> [Action] { [.wake(after: timeout)] }

    /// The peer said something.
    mutating func received(_ message: ClientMessage) -> [Action] {
        if case .closed = state { return [] }
        switch message {
        case .ping: outbox.owesPong = true
        case .authenticate where isVerifying: return received("authentication is under way")
        case .authenticate(let token, let client):
            isVerifying = true
            // The name that counts is that of the first: notices were filtered by it.
            if case .waiting = state { self.client = client }
            return [.verify(token)]
        }
        return []
    }

    /// The peer said something that makes no sense. It is told so, a number of times.
    mutating func received(_ fault: ClientMessage.Fault) -> [Action] { received(fault.rawValue) }

    private mutating func received(_ fault: String) -> [Action] {
        if case .closed = state { return [] }
        faults += 1
        guard faults <= Self.mostFaults else { return close(.policyViolation, "too many errors") }
        outbox.error = fault
        return []
    }

    /// The token that was to be verified is good.
    mutating func verified(_ principal: Principal, now: UnixTime) -> [Action] {
        isVerifying = false
        switch state {
        case .waiting:
            state = .joining(principal)
            return [.join(LiveScope(user: UserID(principal.userID), client: client, app: app))]
        case .open(let user, _):
            guard user == UserID(principal.userID) else { return invalidToken() }
            return open(principal, now: now)
        case .joining, .closed: return []
        }
    }

    /// The token that was to be verified is no good, or there are no keys to tell.
    mutating func refused(_ code: AuthenticationError.Code) -> [Action] {
        isVerifying = false
        if case .closed = state { return [] }
        guard code == .keysUnavailable else { return invalidToken() }
        // Who is in stays in until the token that let them in expires.
        if case .open = state {
            outbox.error = Self.noKeys
            return []
        }
        return close(.tryAgainLater, Self.noKeys, saying: Self.noKeys)
    }

    private static let noKeys = "tokens cannot be verified now"

    /// The user is told of everything that is committed from now on.
    mutating func joined(now: UnixTime) -> [Action] {
        guard case .joining(let principal) = state else { return [] }
        return open(principal, now: now)
    }

    /// The user has as many connections as a user may have.
    mutating func turnedAway() -> [Action] { close(.tryAgainLater, "too many connections") }

    /// Something of the scope was committed.
    ///
    /// - Returns: Whether it could be kept. If not, the caller lets the peer take what waits and tries again, or gives up with ``fellBehind()``.
    mutating func heard(_ notice: ChangeNotice) -> Bool {
        guard case .open = state else { return true }
        return outbox.notices.insert(notice)
    }

    /// More has happened than can be kept for a peer that takes nothing. It pulls when it comes back, so nothing is lost.
    mutating func fellBehind() -> [Action] { close(.tryAgainLater, "too far behind") }

    /// The time has come that was asked for.
    mutating func alarm(now: UnixTime) -> [Action] {
        switch state {
        case .waiting, .joining: close(.policyViolation, "auth timeout")
        case .open(_, let until) where now >= until: expired(until.advanced(by: timeout).since(now))
        case .open(_, let until): [.wake(after: until.since(now))]
        case .closed: []
        }
    }

    /// The token that let the user in has expired. A fresh one that is being verified came in time: it is waited for as long as a first one.
    private mutating func expired(_ left: Duration) -> [Action] {
        isVerifying && left > .zero ? [.wake(after: left)] : close(.policyViolation, "token expired")
    }

    /// The connection is over.
    mutating func closed() {
        state = .closed
        outbox = SocketOutbox()
    }

    private mutating func open(_ principal: Principal, now: UnixTime) -> [Action] {
        state = .open(UserID(principal.userID), until: principal.expiresAt)
        outbox.owesAuthenticated = true
        return [.wake(after: principal.expiresAt.since(now))]
    }

    private mutating func invalidToken() -> [Action] {
        close(.policyViolation, "invalid token", saying: "invalid token")
    }

    private mutating func close(_ code: WebSocketCloseCode, _ reason: String, saying error: String? = nil) -> [Action] {
        if case .closed = state { return [] }
        closed()
        return [.close(code, reason, lastWords: error.map { ServerMessage.error($0) })]
    }
}
