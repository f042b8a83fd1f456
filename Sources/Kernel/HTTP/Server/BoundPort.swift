import Synchronization

/// The port that a front listens on, for those who wait for it.
final class BoundPort: Sendable {
    private enum State {
        case awaited([CheckedContinuation<Int, any Error>])
        case known(Result<Int, any Error>)
    }

    private let state = Mutex(State.awaited([]))

    /// The port, once there is one; throws once it is clear that there will be none.
    var value: Int {
        get async throws {
            try await withCheckedThrowingContinuation { continuation in
                let result: Result<Int, any Error>? = state.withLock { state in
                    switch state {
                    case .known(let result): return result
                    case .awaited(let waiters):
                        state = .awaited(waiters + [continuation])
                        return nil
                    }
                }
                if let result { continuation.resume(with: result) }
            }
        }
    }

    /// Tells everyone; the first call counts.
    func resolve(_ result: Result<Int, any Error>) {
        let waiters: [CheckedContinuation<Int, any Error>] = state.withLock { state in
            guard case .awaited(let waiters) = state else { return [] }
            state = .known(result)
            return waiters
        }
        for waiter in waiters { waiter.resume(with: result) }
    }
}
