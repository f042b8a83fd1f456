import NIOPosix

/// Runs blocking calls on a thread made for that. They run to their end also where the caller's task is cancelled.
func onThread<Value: Sendable>(
    _ work: @escaping @Sendable () throws(ArtifactError) -> Value
) async throws(ArtifactError) -> Value {
    let result: Result<Value, ArtifactError> = await withCheckedContinuation { continuation in
        NIOThreadPool.singleton.submit { state in
            guard case .active = state else {
                let ended = ArtifactError(.unavailable, "The threads of the store have ended.")
                return continuation.resume(returning: .failure(ended))
            }
            continuation.resume(returning: Result(catching: work))
        }
    }
    return try result.get()
}
