import ServiceLifecycle

/// Runs until it is cancelled.
struct EndlessService: Service {
    func run() async throws {
        let (stream, continuation) = AsyncStream<Never>.makeStream()
        for await _ in stream {}
        continuation.finish()
    }
}
