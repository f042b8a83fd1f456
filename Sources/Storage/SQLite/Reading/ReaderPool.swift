import Domain
import NIOPosix
import Synchronization

/// The connections that read, one for each thread.
final class ReaderPool: Sendable {
    private let idle: Mutex<[ReaderSession]>
    private let threads: NIOThreadPool
    private let metrics: StoreMetrics

    init(sessions: [ReaderSession], threads: NIOThreadPool, metrics: StoreMetrics) {
        idle = Mutex(sessions)
        self.threads = threads
        self.metrics = metrics
    }

    /// Runs `work` with a connection of its own as soon as one is free.
    func read<Value: Sendable>(
        _ work: @escaping @Sendable (inout ReaderSession) throws(StoreError) -> Value
    ) async throws(StoreError) -> Value {
        let asked = ContinuousClock.now
        return try await threads.onThread { () throws(StoreError) -> Value in
            let began = ContinuousClock.now
            self.metrics.readBegan(after: asked.duration(to: began))
            guard var session = self.idle.withLock({ $0.popLast() }) else {
                throw StoreError(.internalFault, "There is no reader for the thread.")
            }
            defer {
                self.idle.withLock { $0.append(session) }
                self.metrics.readEnded(took: began.duration(to: .now))
            }
            return try work(&session)
        }
    }

    /// Closes the connections. Nothing may read any more.
    func close() {
        idle.withLock { $0 = [] }
    }
}
