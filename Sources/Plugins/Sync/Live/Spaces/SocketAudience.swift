import Domain
import NIOCore

/// Finds out which spaces a WebSocket hears of, on its event loop: once at a time, and once more where they changed meanwhile.
final class SocketAudience {
    private let user: UserID
    private let spaces: SharedSpaces
    private let eventLoop: any EventLoop
    private var asking: Task<Void, Never>?
    private var waiting: [(Set<SpaceID>) -> Void] = []
    private var known: Set<SpaceID> = []

    init(of user: UserID, in spaces: SharedSpaces, on eventLoop: any EventLoop) {
        self.user = user
        self.spaces = spaces
        self.eventLoop = eventLoop
    }

    /// Calls `found` with the spaces as they are now or later. Where they cannot be told, with those known: a socket only hears that there is
    /// something, and whoever asks when the spaces are known again tells it anew.
    func refresh(then found: @escaping (Set<SpaceID>) -> Void) {
        waiting.append(found)
        if asking == nil { ask() }
    }

    /// A task of its own, since a session is called without one; it ends with the connection.
    private func ask() {
        let answered = waiting
        waiting = []
        let bound = NIOLoopBound((self, answered), eventLoop: eventLoop)
        asking = Task { [user, spaces, eventLoop] in
            var found: Set<SpaceID>?
            do { found = try await spaces.readable(by: user) } catch { found = nil }
            eventLoop.execute { [found] in
                let (audience, answered) = bound.value
                audience.learned(found, answered)
            }
        }
    }

    private func learned(_ spaces: Set<SpaceID>?, _ answered: [(Set<SpaceID>) -> Void]) {
        guard asking != nil else { return }
        asking = nil
        if let spaces { known = spaces }
        for found in answered { found(known) }
        if !waiting.isEmpty { ask() }
    }

    /// Calls nobody any more.
    func end() {
        asking?.cancel()
        asking = nil
        waiting = []
    }
}
