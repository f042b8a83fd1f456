import Domain
import Kernel
import NIOPosix
import StorageShared
import Synchronization

/// The one thread that writes. The pushes that wait while a commit is under way go into the next one together.
final class Writer: Sendable {
    private let queue: PushQueue
    private let session: Mutex<WriterSession?>
    private let threads: NIOThreadPool
    private let metrics: StoreMetrics
    private let notices: ChangeNoticeBoard

    init(
        session: WriterSession, threads: NIOThreadPool, queueLimit: Int, metrics: StoreMetrics,
        notices: ChangeNoticeBoard
    ) {
        queue = PushQueue(limit: queueLimit)
        self.session = Mutex(session)
        self.threads = threads
        self.metrics = metrics
        self.notices = notices
    }

    /// Stores a push. It is answered when the fate of its commit is known, also where the caller's task is cancelled.
    func store(_ push: Push) async throws(StoreError) -> StoredPush {
        let result = await withCheckedContinuation { answer in
            switch queue.add(PushQueue.Waiting(push: push, answer: answer)) {
            case .waiting: break
            case .wakesWriter: threads.submit { _ in self.storeWaiting() }
            case .full:
                let error = StoreError(.overloaded, "Too many pushes are waiting to be stored.")
                answer.resume(returning: .failure(error))
            }
            metrics.queueHas(queue.count)
        }
        return try result.get()
    }

    /// Does `work`, which has transactions of its own, between two groups of pushes. It is done whole also where the caller's task is
    /// cancelled.
    ///
    /// - Parameter notices: What is to be told of it once it is done.
    func perform<Value: Sendable>(
        telling notices: @escaping @Sendable (Value) -> [ChangeNotice] = { _ in [] },
        _ work: @escaping @Sendable (inout WriterSession) throws(StoreError) -> Value
    ) async throws(StoreError) -> Value {
        try await threads.onThread { () throws(StoreError) -> Value in
            let value = try self.session.withLock { (session) throws(StoreError) -> Value in
                guard var current = session else { throw StoreError(.unavailable, "The store is closed.") }
                defer { session = current }
                return try work(&current)
            }
            self.notices.post(.committed(notices(value)))
            return value
        }
    }

    /// Stores one group, and comes again while there are more: behind other work that waits for the thread.
    private func storeWaiting() {
        guard queue.keepsWriterAwake() else { return }
        let began = ContinuousClock.now
        let (group, results) = session.withLock { $0?.storeGroup(of: queue) } ?? refuseGroup()
        metrics.groupEnded(pushes: group.count, took: began.duration(to: .now))
        metrics.queueHas(queue.count)
        post(group, results)
        for (waiting, result) in zip(group, results) { waiting.answer.resume(returning: result) }
        threads.submit { _ in self.storeWaiting() }
    }

    /// Tells of the pushes that are durable now, before those who pushed know it.
    private func post(_ group: [PushQueue.Waiting], _ results: [Result<StoredPush, StoreError>]) {
        var committed: [ChangeNotice] = []
        for (waiting, result) in zip(group, results) {
            guard case .success(let stored) = result, stored.outcome.stored > 0 else { continue }
            committed += stored.tables.notices(of: waiting.push)
        }
        notices.post(.committed(committed))
    }

    /// Closes the connection. Nothing may wait any more.
    func close() {
        session.withLock { $0 = nil }
    }

    private func refuseGroup() -> (group: [PushQueue.Waiting], results: [Result<StoredPush, StoreError>]) {
        let group = queue.takeGroup()
        return (group, group.map { _ in .failure(StoreError(.unavailable, "The store is closed.")) })
    }
}
