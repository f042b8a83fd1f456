import Dispatch
import NIOCore
import Synchronization

/// Counts the news that listeners on several event loops hear, and wakes a thread when all that it expects has come.
final class Bell: Sendable {
    private struct State {
        var missing = 0
        var lastAt = NIODeadline.now()
        var failure: (any Error)?
    }

    private let state = Mutex(State())
    private let done = DispatchSemaphore(value: 0)

    /// Sets how many are to come from now on.
    func expect(_ count: Int) {
        state.withLock { $0.missing = count }
    }

    /// Some came just now. More than expected is a failure: somebody was told twice.
    func ring(_ count: Int) {
        let now = NIODeadline.now()
        let isOver = state.withLock { state in
            state.missing -= count
            state.lastAt = now
            if state.missing < 0 {
                state.failure = BenchmarkError("\(-state.missing) more pieces of news than were due")
            }
            return state.missing == 0
        }
        if isOver { done.signal() }
    }

    /// A listener can go on no longer.
    func fail(_ error: any Error) {
        state.withLock { $0.failure = $0.failure ?? error }
        done.signal()
    }

    /// Waits until all has come, half a minute at most.
    ///
    /// - Returns: when the last came.
    func wait() throws -> NIODeadline {
        let isLate = done.wait(timeout: .now() + 30) == .timedOut
        return try state.withLock { state in
            if let failure = state.failure { throw failure }
            if isLate { throw BenchmarkError("\(state.missing) pieces of news did not come within half a minute") }
            return state.lastAt
        }
    }
}
