import Synchronization

/// The first attempt to listen, which the store's start waits for.
final class FirstAttempt: Sendable {
    private let isUnderWay = Mutex(true)
    private let stream: AsyncStream<Void>
    private let continuation: AsyncStream<Void>.Continuation

    init() {
        (stream, continuation) = AsyncStream.makeStream(of: Void.self)
    }

    /// Ends the wait; false if it had ended before.
    func end() -> Bool {
        continuation.finish()
        return isUnderWay.withLock { isUnderWay in
            defer { isUnderWay = false }
            return isUnderWay
        }
    }

    func wait() async {
        for await _ in stream {}
    }
}
