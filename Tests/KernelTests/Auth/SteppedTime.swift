import Kernel
import Synchronization

/// A clock that stands still until a test moves it.
final class SteppedTime: TimeSource {
    private struct State {
        var now: UnixTime
        var nextID = 0
        var sleepers: [Int: (wakesAt: UnixTime, continuation: CheckedContinuation<Void, any Error>)] = [:]
        var watchers: [CheckedContinuation<Void, Never>] = []
    }

    private let state: Mutex<State>

    init(now: UnixTime = UnixTime(seconds: 1_800_000_000)) {
        state = Mutex(State(now: now))
    }

    var now: UnixTime { state.withLock { $0.now } }

    /// Moves the clock and wakes who has slept long enough.
    func advance(by duration: Duration) {
        let woken = state.withLock { state in
            state.now = state.now.advanced(by: duration)
            let due = state.sleepers.filter { $0.value.wakesAt <= state.now }
            for id in due.keys { state.sleepers[id] = nil }
            return due.values.map(\.continuation)
        }
        for continuation in woken { continuation.resume() }
    }

    /// Returns when someone sleeps.
    func sleeperArrived() async {
        await withCheckedContinuation { continuation in
            let sleepsAlready = state.withLock { state in
                if state.sleepers.isEmpty { state.watchers.append(continuation) }
                return !state.sleepers.isEmpty
            }
            if sleepsAlready { continuation.resume() }
        }
    }

    func sleep(for duration: Duration) async throws {
        let id = state.withLock { state in
            state.nextID += 1
            return state.nextID
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let watchers = state.withLock { state -> [CheckedContinuation<Void, Never>]? in
                    guard !Task.isCancelled else { return nil }
                    state.sleepers[id] = (state.now.advanced(by: duration), continuation)
                    defer { state.watchers = [] }
                    return state.watchers
                }
                guard let watchers else { return continuation.resume(throwing: CancellationError()) }
                for watcher in watchers { watcher.resume() }
            }
        } onCancel: {
            state.withLock { $0.sleepers.removeValue(forKey: id) }?.continuation.resume(throwing: CancellationError())
        }
    }
}
