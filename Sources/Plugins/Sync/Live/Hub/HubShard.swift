import Domain
import NIOCore
import Synchronization

/// The hub's listeners of one event loop, by audience.
final class HubShard: Sendable {
    /// Where its listeners are called; nil for the thread that brings the news.
    private let eventLoop: (any EventLoop)?
    private let listeners = Mutex<[LiveAudience: [any LiveListener]]>([:])

    init(eventLoop: (any EventLoop)?) {
        self.eventLoop = eventLoop
    }

    func add(_ listener: any LiveListener) {
        listeners.withLock { listeners in
            for audience in listener.scope.audiences { listeners[audience, default: []].append(listener) }
        }
    }

    func remove(_ listener: any LiveListener) {
        listeners.withLock { listeners in
            for audience in listener.scope.audiences {
                guard let index = listeners[audience]?.firstIndex(where: { $0 === listener }) else { continue }
                if listeners[audience]?.count == 1 {
                    listeners[audience] = nil
                } else if let last = listeners[audience]?.popLast(), last !== listener {
                    listeners[audience]?[index] = last
                }
            }
        }
    }

    /// Those of `notices` whose audience has a listener here: often none, and then its event loop is not bothered.
    func concerning(_ notices: [ChangeNotice]) -> [ChangeNotice] {
        listeners.withLock { listeners in
            guard !listeners.isEmpty else { return [] }
            return notices.filter { notice in notice.audiences.contains { listeners[$0] != nil } }
        }
    }

    /// Tells the listeners, each once, of all of `notices` that its scope hears; then calls `done`. Called where the listeners are.
    func deliver(_ notices: [ChangeNotice], then done: @escaping @Sendable () -> Void) {
        guard notices.count > 1 else {
            return tell(hearers(of: notices[0]).map { Hearer(listener: $0, notices: notices) }[...], then: done)
        }
        var heard: [ObjectIdentifier: Hearer] = [:]
        for notice in notices {
            for listener in hearers(of: notice) {
                heard[ObjectIdentifier(listener), default: Hearer(listener: listener)].notices.append(notice)
            }
        }
        tell(Array(heard.values)[...], then: done)
    }

    /// A listener and what it is to hear.
    private struct Hearer: Sendable {
        let listener: any LiveListener
        var notices: [ChangeNotice] = []
    }

    /// So many are told before others have their turn on the event loop: an audience of ten thousand takes a tenth of a second.
    private static let mostAtOnce = 128

    private func tell(_ hearers: ArraySlice<Hearer>, then done: @escaping @Sendable () -> Void) {
        for hearer in hearers.prefix(Self.mostAtOnce) { hearer.listener.hear(hearer.notices) }
        let rest = hearers.dropFirst(Self.mostAtOnce)
        guard !rest.isEmpty else { return done() }
        run { $0.tell(rest, then: done) }
    }

    /// Calls `action` with every listener, each once.
    func forEach(_ action: (any LiveListener) -> Void) {
        // Everyone is in the audience of their own pushes.
        let own = listeners.withLock { listeners in
            listeners.filter { audience, _ in
                if case .author = audience { true } else { false }
            }
        }
        for listeners in own.values {
            for listener in listeners { action(listener) }
        }
    }

    /// The listeners of a user.
    func listeners(of user: UserID) -> [any LiveListener] {
        listeners.withLock { $0[.author(user)] ?? [] }
    }

    /// Runs `work` where the listeners are called.
    func run(_ work: @escaping @Sendable (HubShard) -> Void) {
        guard let eventLoop else { return work(self) }
        eventLoop.execute { work(self) }
    }

    /// Listeners are called outside of the lock, for what they hear may end them.
    private func hearers(of notice: ChangeNotice) -> [any LiveListener] {
        let audience = listeners.withLock { listeners in notice.audiences.map { ($0, listeners[$0] ?? []) } }
        return audience.flatMap { audience, listeners in
            listeners.filter { listener in
                // A member who is the author is in both audiences.
                if case .space = audience, listener.scope.user == notice.author { return false }
                return listener.scope.hears(notice)
            }
        }
    }
}
