import Domain
import StorageShared
import Synchronization

/// The pushes that wait for the writer: bounded, first come first served.
final class PushQueue: Sendable {
    /// A push and who waits for what becomes of it.
    struct Waiting: Sendable {
        var push: Push
        var answer: CheckedContinuation<Result<StoredPush, StoreError>, Never>
    }

    /// What became of a push that came to the queue.
    enum Admission {
        /// It waits, and the writer is at work.
        case waiting
        /// It waits, and the caller must set the writer to work.
        case wakesWriter
        /// The queue is full: it was not taken.
        case full
    }

    /// The most that one transaction takes, one push in any case, so that no push waits long for those before it.
    static let largestGroup = (pushes: 128, changes: 10_000)

    private struct State {
        var waiting: [Waiting] = []
        /// How many at the start of `waiting` were taken.
        var taken = 0
        var writerIsAwake = false

        var count: Int { waiting.count - taken }
    }

    private let limit: Int
    private let state = Mutex(State())

    init(limit: Int) {
        self.limit = max(1, limit)
    }

    /// How many wait.
    var count: Int { state.withLock { $0.count } }

    /// Takes a push in, if there is room.
    func add(_ waiting: Waiting) -> Admission {
        state.withLock { state in
            guard state.count < limit else { return .full }
            state.waiting.append(waiting)
            guard !state.writerIsAwake else { return .waiting }
            state.writerIsAwake = true
            return .wakesWriter
        }
    }

    /// Whether the writer has anything to do. If not, it counts as asleep from here on.
    func keepsWriterAwake() -> Bool {
        state.withLock { state in
            state.writerIsAwake = state.count > 0
            return state.writerIsAwake
        }
    }

    /// Takes the next group out.
    func takeGroup() -> [Waiting] {
        state.withLock { state in
            var changes = 0
            var end = state.taken
            while end < state.waiting.count, end - state.taken < PushQueue.largestGroup.pushes {
                changes += state.waiting[end].push.changes.count
                guard end == state.taken || changes <= PushQueue.largestGroup.changes else { break }
                end += 1
            }
            let group = Array(state.waiting[state.taken..<end])
            state.taken = end
            // What was taken is let go in bulk, so that taking stays cheap however many wait.
            if state.taken * 2 >= state.waiting.count {
                state.waiting.removeFirst(state.taken)
                state.taken = 0
            }
            return group
        }
    }
}
