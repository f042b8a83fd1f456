import Kernel
import Synchronization

/// A key set source that answers what a test says, counts its fetches, and can hold them back.
final class ScriptedKeySetSource: KeySetSource {
    struct Down: Error {}

    private struct State {
        var document: [UInt8]?
        var fetchCount = 0
        var isHeld = false
        var held: [CheckedContinuation<Void, Never>] = []
    }

    let name = "scripted"
    private let state: Mutex<State>

    /// - Parameter document: What a fetch brings; `nil` makes it fail.
    init(_ document: [UInt8]?) {
        state = Mutex(State(document: document))
    }

    var fetchCount: Int { state.withLock { $0.fetchCount } }

    /// Changes what the next fetches bring.
    func publish(_ document: [UInt8]?) {
        state.withLock { $0.document = document }
    }

    /// Lets fetches begin, but not end, until ``release()``.
    func hold() {
        state.withLock { $0.isHeld = true }
    }

    func release() {
        let held = state.withLock { state in
            state.isHeld = false
            defer { state.held = [] }
            return state.held
        }
        for continuation in held { continuation.resume() }
    }

    func load() async throws -> [UInt8] {
        state.withLock { $0.fetchCount += 1 }
        await withCheckedContinuation { continuation in
            let mustWait = state.withLock { state in
                if state.isHeld { state.held.append(continuation) }
                return state.isHeld
            }
            if !mustWait { continuation.resume() }
        }
        guard let document = state.withLock({ $0.document }) else { throw Down() }
        return document
    }
}
