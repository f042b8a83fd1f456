import Synchronization

/// The memory that the bodies of all requests under way have together: bounded, so that many large bodies at a time cost the
/// server no more than its operator allows (`server.maxBodyMemory`).
final class BodyMemory: Sendable {
    private let limit: Int
    private let used = Atomic<Int>(0)

    init(limit: Int) {
        self.limit = limit
    }

    /// Takes `bytes` more; false, and takes nothing, where they are not to be had.
    fileprivate func take(_ bytes: Int) -> Bool {
        let after = used.wrappingAdd(bytes, ordering: .relaxed).newValue
        if after <= limit { return true }
        give(bytes)
        return false
    }

    fileprivate func give(_ bytes: Int) {
        used.wrappingSubtract(bytes, ordering: .relaxed)
    }

    /// What one request holds of the memory; nothing yet.
    func lease() -> Lease {
        Lease(memory: self)
    }

    /// One request's share, which goes back when the request is forgotten.
    final class Lease: Sendable {
        private let memory: BodyMemory
        private let held = Atomic<Int>(0)

        fileprivate init(memory: BodyMemory) {
            self.memory = memory
        }

        deinit {
            memory.give(held.load(ordering: .relaxed))
        }

        /// Holds `bytes` in all from now on, if that is more than before.
        ///
        /// - Throws: 503 `overloaded` where other requests' bodies leave too little.
        func hold(_ bytes: Int) throws(Problem) {
            let more = bytes - held.load(ordering: .relaxed)
            guard more > 0 else { return }
            guard memory.take(more) else {
                throw .unavailable(
                    code: "overloaded", detail: "Too many large requests are under way; try again later.",
                    retryAfter: .seconds(1))
            }
            held.store(bytes, ordering: .relaxed)
        }
    }
}
