import CMalloc
import NIOCore
import NIOPosix
import Synchronization

/// Gives memory back to the system after much of it was freed at once; the C library by itself keeps it.
final class MemoryTrim: Sendable {
    private let isDue = Atomic<Bool>(false)

    /// Does it in a second, for all who ask until then, on a thread that may be kept busy.
    func soon(on eventLoop: any EventLoop) {
        guard !isDue.exchange(true, ordering: .relaxed) else { return }
        eventLoop.scheduleTask(in: .seconds(1)) {
            self.isDue.store(false, ordering: .relaxed)
            NIOThreadPool.singleton.submit { state in
                if case .active = state { cmalloc_trim() }
            }
        }
    }
}
