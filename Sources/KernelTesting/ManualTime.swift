public import Kernel
import Synchronization

/// Clocks that stand still until a test moves them.
public final class ManualTime: TimeSource {
    private struct Sleeper {
        let id: UInt64
        let wakesAt: Duration
        let continuation: CheckedContinuation<Void, any Error>
    }

    private struct State {
        var now: UnixTime
        /// Time slept through so far: does not step when the wall clock does.
        var elapsed: Duration = .zero
        var sleepers: [Sleeper] = []
        var cancelled: Set<UInt64> = []
        var nextID: UInt64 = 0
        var observers: [(count: Int, continuation: CheckedContinuation<Void, Never>)] = []
    }

    private let state: Mutex<State>

    /// Clocks that show `now`.
    public init(now: UnixTime = UnixTime(seconds: 1_767_225_600)) {
        state = Mutex(State(now: now))
    }

    public var now: UnixTime { state.withLock { $0.now } }

    public func sleep(for duration: Duration) async throws {
        let id = state.withLock { state in
            state.nextID += 1
            return state.nextID
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let (isCancelled, observers) = state.withLock { state in
                    if state.cancelled.remove(id) != nil { return (true, [CheckedContinuation<Void, Never>]()) }
                    state.sleepers.append(
                        Sleeper(id: id, wakesAt: state.elapsed + duration, continuation: continuation))
                    let ready = state.observers.filter { $0.count <= state.sleepers.count }.map(\.continuation)
                    state.observers.removeAll { $0.count <= state.sleepers.count }
                    return (false, ready)
                }
                if isCancelled { continuation.resume(throwing: CancellationError()) }
                for observer in observers { observer.resume() }
            }
        } onCancel: {
            let sleeper = state.withLock { state -> Sleeper? in
                guard let index = state.sleepers.firstIndex(where: { $0.id == id }) else {
                    state.cancelled.insert(id)
                    return nil
                }
                return state.sleepers.remove(at: index)
            }
            sleeper?.continuation.resume(throwing: CancellationError())
        }
    }

    /// Moves both clocks on and wakes who has slept long enough.
    public func advance(by duration: Duration) {
        let woken = state.withLock { state -> [Sleeper] in
            state.elapsed += duration
            state.now = state.now.advanced(by: duration)
            let woken = state.sleepers.filter { $0.wakesAt <= state.elapsed }
            state.sleepers.removeAll { $0.wakesAt <= state.elapsed }
            return woken
        }
        for sleeper in woken { sleeper.continuation.resume() }
    }

    /// Sets the wall clock, also backwards; nobody wakes.
    public func setWallClock(to now: UnixTime) {
        state.withLock { $0.now = now }
    }

    /// Returns once at least `count` tasks sleep.
    public func waitForSleepers(_ count: Int = 1) async {
        await withCheckedContinuation { continuation in
            let isReady = state.withLock { state in
                if state.sleepers.count >= count { return true }
                state.observers.append((count, continuation))
                return false
            }
            if isReady { continuation.resume() }
        }
    }
}
