import Domain
import NIOPosix

extension NIOThreadPool {
    /// Runs blocking work on one of the pool's threads. It runs to its end also where the caller's task is cancelled.
    func onThread<Value: Sendable>(
        _ work: @escaping @Sendable () throws(StoreError) -> Value
    ) async throws(StoreError) -> Value {
        let result: Result<Value, StoreError> = await withCheckedContinuation { continuation in
            submit { state in
                guard case .active = state else {
                    return continuation.resume(returning: .failure(StoreError(.unavailable, "The store is closed.")))
                }
                continuation.resume(returning: Result(catching: work))
            }
        }
        return try result.get()
    }
}
