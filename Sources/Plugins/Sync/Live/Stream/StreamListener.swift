import Domain
import Synchronization

/// What a stream waits for, gathered while it is busy: any number of wake-ups are one.
final class StreamListener: LiveListener {
    /// What has happened.
    struct Signals: OptionSet {
        let rawValue: UInt8

        /// There may be new rows.
        static let changes = Signals(rawValue: 1)
        /// The time has come to look at the clock.
        static let alarm = Signals(rawValue: 2)
        /// The server drains. Stays.
        static let draining = Signals(rawValue: 4)
        /// The peer has gone. Stays.
        static let cancelled = Signals(rawValue: 8)

        fileprivate static let lasting: Signals = [.draining, .cancelled]
    }

    private struct State {
        var signals: Signals = []
        var waiting: CheckedContinuation<Void, Never>?
    }

    let scope: LiveScope
    private let state = Mutex(State())

    init(scope: LiveScope) {
        self.scope = scope
    }

    func hear(_ notices: [ChangeNotice]) { raise(.changes) }
    func grantsChanged() { raise(.changes) }
    func mayHaveMissed() { raise(.changes) }
    func drain() { raise(.draining) }

    /// Adds to what has happened, and wakes who waits.
    func raise(_ signals: Signals) {
        let waiting = state.withLock { state in
            state.signals.formUnion(signals)
            defer { state.waiting = nil }
            return state.waiting
        }
        waiting?.resume()
    }

    /// What has happened since the last call; at once, also where it is nothing.
    func take() -> Signals {
        state.withLock { state in
            defer { state.signals.formIntersection(.lasting) }
            return state.signals
        }
    }

    /// What has happened since the last call; waits until it is something. One task may wait at a time.
    func next() async -> Signals {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let hasHappened = state.withLock { state in
                    guard state.signals.isEmpty else { return true }
                    state.waiting = continuation
                    return false
                }
                if hasHappened { continuation.resume() }
            }
        } onCancel: {
            raise(.cancelled)
        }
        return take()
    }
}
