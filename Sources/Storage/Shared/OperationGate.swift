package import Domain
import Synchronization

/// Counts the operations under way: no more than a bound, none after the gate was closed.
package final class OperationGate: Sendable {
    private struct State {
        var underWay = 0
        var isClosed = false
        var closing: CheckedContinuation<Void, Never>?
    }

    private let limit: Int
    private let state = Mutex(State())

    /// A gate for so many operations at a time; at least 1.
    package init(limit: Int) {
        self.limit = max(1, limit)
    }

    /// Begins an operation, which must ``leave()``.
    package func enter() throws(StoreError) {
        try state.withLock { (state) throws(StoreError) in
            guard !state.isClosed else { throw StoreError(.unavailable, "The store is closed.") }
            guard state.underWay < limit else {
                throw StoreError(.overloaded, "Too many requests are waiting for the store.")
            }
            state.underWay += 1
        }
    }

    /// Ends an operation.
    package func leave() {
        let closing = state.withLock { state in
            state.underWay -= 1
            return state.underWay == 0 ? state.closing.take() : nil
        }
        closing?.resume()
    }

    /// Lets nothing in any more, and returns when nothing is under way. To be called once.
    package func close() async {
        await withCheckedContinuation { continuation in
            let isIdle = state.withLock { state in
                state.isClosed = true
                if state.underWay > 0 { state.closing = continuation }
                return state.underWay == 0
            }
            if isIdle { continuation.resume() }
        }
    }
}
