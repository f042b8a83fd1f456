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

    private func storeWaiting() {
        while queue.keepsWriterAwake() {
            let began = ContinuousClock.now
            let (group, results) = session.withLock { $0?.storeGroup(of: queue) } ?? refuseGroup()
            metrics.groupEnded(pushes: group.count, took: began.duration(to: .now))
            metrics.queueHas(queue.count)
            post(group, results)
            for (waiting, result) in zip(group, results) { waiting.answer.resume(returning: result) }
        }
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
