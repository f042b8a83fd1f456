import NIOCore
import Synchronization

/// How many streams read a page at a time: a push into a space of ten thousand members wakes them all, and must not keep pushes and pulls from the
/// store. The others wait, first come, first served, each of them bounded by the reads before it.
final class ReadingTurns: Sendable {
    /// More at a time make no store faster.
    static let mostAtOnce = 64

    private struct State {
        var free: Int
        var nextID: UInt64 = 0
        /// The order of those who wait; who was cancelled is no more in `waiting`.
        var order = CircularBuffer<UInt64>()
        var waiting: [UInt64: CheckedContinuation<Bool, Never>] = [:]
    }

    private let state: Mutex<State>

    init(atOnce: Int = mostAtOnce) {
        state = Mutex(State(free: atOnce))
    }

    /// How many wait.
    var waitingCount: Int { state.withLock { $0.waiting.count } }

    /// Returns when it is the caller's turn, which lasts until ``end()``.
    ///
    /// - Throws: `CancellationError`; then it has no turn.
    func begin() async throws {
        let id = state.withLock { state in
            state.nextID += 1
            return state.nextID
        }
        let hasTurn = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isTurn: Bool? = state.withLock { state in
                    if Task.isCancelled { return false }
                    guard state.free == 0 else {
                        state.free -= 1
                        return true
                    }
                    state.waiting[id] = continuation
                    state.order.append(id)
                    return nil
                }
                if let isTurn { continuation.resume(returning: isTurn) }
            }
        } onCancel: {
            state.withLock { $0.waiting.removeValue(forKey: id) }?.resume(returning: false)
        }
        guard hasTurn else { throw CancellationError() }
    }

    /// The turn goes to the next.
    func end() {
        let next: CheckedContinuation<Bool, Never>? = state.withLock { state in
            while let id = state.order.popFirst() {
                if let next = state.waiting.removeValue(forKey: id) { return next }
            }
            state.free += 1
            return nil
        }
        next?.resume(returning: true)
    }
}
