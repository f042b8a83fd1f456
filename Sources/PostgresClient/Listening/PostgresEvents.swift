import Synchronization

/// A listener's events for one task that iterates over them. The listener stops when the iteration ends or its task is cancelled.
public struct PostgresEvents: AsyncSequence, Sendable {
    public typealias Element = PostgresListenerEvent
    public typealias Failure = Never

    private let stream: AsyncStream<PostgresListenerEvent>

    init(_ stream: AsyncStream<PostgresListenerEvent>) { self.stream = stream }

    public func makeAsyncIterator() -> AsyncStream<PostgresListenerEvent>.Iterator { stream.makeAsyncIterator() }
}

/// Puts events into a bounded stream. The last free place is always taken by ``PostgresListenerEvent/overflowed``, so that a reader of a full stream
/// learns that something is missing.
final class EventBuffer: Sendable {
    let continuation: AsyncStream<PostgresListenerEvent>.Continuation
    /// How much room there was after the last event; there may be more by now.
    private let room: Mutex<Int>

    /// - Parameter limit: at least 2.
    init(_ continuation: AsyncStream<PostgresListenerEvent>.Continuation, limit: Int) {
        self.continuation = continuation
        room = Mutex(limit)
    }

    func put(_ event: PostgresListenerEvent) {
        if case .ended = event { return continuation.finish() }
        room.withLock { room in
            let result = continuation.yield(room > 1 ? event : .overflowed)
            if case .enqueued(let remaining) = result { room = remaining } else { room = 0 }
        }
    }
}
