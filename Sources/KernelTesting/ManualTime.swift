public import Kernel
import Synchronization

/// Clocks that stand still until a test moves them.
public final class ManualTime: TimeSource {
    private struct Sleeper {
        let id: UInt64
        let wakesAt: Duration
        let continuation: CheckedContinuation<Void, any Error>
    }

    private struct Observer {
        let count: Int
        let continuation: CheckedContinuation<Void, Never>
    }

    private struct State {
        var now: UnixTime
        /// Time slept through so far: does not step when the wall clock does.
        var elapsed: Duration = .zero
        var sleepers: [Sleeper] = []
        var observers: [Observer] = []
        var nextID: UInt64 = 0

        mutating func makeID() -> UInt64 {
            nextID += 1
            return nextID
        }

        mutating func takeSleepers(where matches: (Sleeper) -> Bool) -> [Sleeper] {
            let taken = sleepers.filter(matches)
            sleepers.removeAll(where: matches)
            return taken
        }

        mutating func takeSatisfiedObservers() -> [Observer] {
            let taken = observers.filter { $0.count <= sleepers.count }
            observers.removeAll { $0.count <= sleepers.count }
            return taken
        }
    }

    private let state: Mutex<State>

    /// Clocks that show `now`.
    public init(now: UnixTime = UnixTime(seconds: 1_767_225_600)) {
        state = Mutex(State(now: now))
    }

    public var now: UnixTime { state.withLock { $0.now } }

    /// By how much the clocks were moved on so far.
    public var elapsed: Duration { state.withLock { $0.elapsed } }

    /// Returns once ``advance(by:)`` has moved the clock on by `duration`; at once where that is not above zero.
    public func sleep(for duration: Duration) async throws {
        try Task.checkCancellation()
        guard duration > .zero else { return }
        let id = state.withLock { $0.makeID() }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                // Cancelled before it sleeps: the handler below has found nobody to wake. Cancelled later: it finds the sleeper.
                let observers = state.withLock { state -> [Observer]? in
                    guard !Task.isCancelled else { return nil }
                    state.sleepers.append(
                        Sleeper(id: id, wakesAt: state.elapsed + duration, continuation: continuation))
                    return state.takeSatisfiedObservers()
                }
                guard let observers else { return continuation.resume(throwing: CancellationError()) }
                for observer in observers { observer.continuation.resume() }
            }
        } onCancel: {
            let cancelled = state.withLock { state in state.takeSleepers { $0.id == id } }
            for sleeper in cancelled { sleeper.continuation.resume(throwing: CancellationError()) }
        }
    }

    /// Moves both clocks on and wakes who has slept long enough, those first whose time came first. Who then sleeps again sleeps from
    /// the new instant on.
    public func advance(by duration: Duration) {
        let woken = state.withLock { state in
            state.elapsed += duration
            state.now = state.now.advanced(by: duration)
            let elapsed = state.elapsed
            return state.takeSleepers { $0.wakesAt <= elapsed }
        }
        for sleeper in woken.sorted(by: { ($0.wakesAt, $0.id) < ($1.wakesAt, $1.id) }) { sleeper.continuation.resume() }
    }

    /// Sets the wall clock, also backwards; nobody wakes.
    public func setWallClock(to now: UnixTime) {
        state.withLock { $0.now = now }
    }

    /// Returns once at least `count` tasks sleep.
    public func waitForSleepers(_ count: Int = 1) async {
        await withCheckedContinuation { continuation in
            let observers = state.withLock { state in
                state.observers.append(Observer(count: count, continuation: continuation))
                return state.takeSatisfiedObservers()
            }
            for observer in observers { observer.continuation.resume() }
        }
    }
}
