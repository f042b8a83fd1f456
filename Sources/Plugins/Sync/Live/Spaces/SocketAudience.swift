import Domain
import Kernel
import NIOCore

/// Finds out which spaces a WebSocket hears of, on its event loop: once at a time, and once more where they changed meanwhile.
final class SocketAudience {
    /// What comes of it.
    enum News {
        /// These are the spaces, as far as they are known.
        case spaces(Set<SpaceID>)
        /// What spaces have that the user came to read: inherited rows, and what was written before the socket heard of the space.
        case notices([ChangeNotice])
        /// There is some of that, and nobody can say what.
        case missed
    }

    /// After how long it asks again where the spaces could not be told: a change of grants need not come, for they may be what they were.
    static let pause = MembershipRefresh.pause

    private let user: UserID
    private let spaces: SharedSpaces
    private let eventLoop: any EventLoop
    private let timers: LiveTimers
    private let tell: (News) -> Void
    private var asking: Task<Void, Never>?
    private var asksAgain = false
    private var alarm: LiveTimers.Alarm?
    private var known: Set<SpaceID> = []
    /// Whether the peer has been told that it is in, and pulls what there was.
    private var isIn = false
    private var hasEnded = false

    /// The audience of a user's socket. `tell` is called on its event loop.
    init(
        of user: UserID, in spaces: SharedSpaces, on eventLoop: any EventLoop, timers: LiveTimers,
        tell: @escaping (News) -> Void
    ) {
        self.user = user
        self.spaces = spaces
        self.eventLoop = eventLoop
        self.timers = timers
        self.tell = tell
    }

    /// Tells the spaces as they are now or later. Where they cannot be told, those known, and asks again after a pause.
    func refresh() {
        guard !hasEnded else { return }
        if asking == nil { ask() } else { asksAgain = true }
    }

    /// A task of its own, since a session is called without one; it ends with the connection.
    private func ask() {
        let bound = NIOLoopBound(self, eventLoop: eventLoop)
        asking = Task { [user, spaces, eventLoop] in
            var found: Set<SpaceID>?
            do { found = try await spaces.readable(by: user) } catch { found = nil }
            eventLoop.execute { [found] in bound.value.learned(found) }
        }
    }

    private func learned(_ found: Set<SpaceID>?) {
        guard !hasEnded else { return }
        asking = nil
        let joined = found?.subtracting(known) ?? []
        if let found { known = found } else { askLater() }
        // From here on it hears of them: what they have by now is found by whoever looks.
        tell(.spaces(known))
        // Who has just come in with its spaces known pulls by itself.
        if isIn, !joined.isEmpty { look(into: joined) } else if asksAgain { again() }
        isIn = true
    }

    private func look(into joined: Set<SpaceID>) {
        let bound = NIOLoopBound(self, eventLoop: eventLoop)
        asking = Task { [user, spaces, eventLoop] in
            var found: [ChangeNotice]?
            do { found = try await spaces.notices(of: joined, for: user) } catch { found = nil }
            eventLoop.execute { [found] in bound.value.looked(found) }
        }
    }

    private func looked(_ found: [ChangeNotice]?) {
        guard !hasEnded else { return }
        asking = nil
        tell(found.map { .notices($0) } ?? .missed)
        if asksAgain { again() }
    }

    private func again() {
        asksAgain = false
        refresh()
    }

    private func askLater() {
        if let alarm { timers.cancel(alarm) }
        let bound = NIOLoopBound(self, eventLoop: eventLoop)
        alarm = timers.after(Self.pause) { [eventLoop] in eventLoop.execute { bound.value.refresh() } }
    }

    /// Calls nobody any more.
    func end() {
        hasEnded = true
        asking?.cancel()
        if let alarm { timers.cancel(alarm) }
        (asking, alarm) = (nil, nil)
    }
}
