import NIOCore

/// Whether a peer still takes what is written to it: a value that is shown how much it took.
struct WriteDeadline {
    private let timeout: TimeAmount
    private var taken = 0
    private var takenAt: NIODeadline?

    init(timeout: TimeAmount) {
        self.timeout = timeout
    }

    /// When to look again after a look at `now`; nil while nothing is pending. Four looks a time-out bound how late a cut can be.
    func next(after now: NIODeadline) -> NIODeadline? {
        takenAt == nil ? nil : now + .nanoseconds(max(1, timeout.nanoseconds / 4))
    }

    /// Whether the peer took nothing for the whole of the time, with `pending` bytes waiting and `taken` bytes taken since the
    /// connection began.
    mutating func isStuck(taken: Int, pending: Int, at now: NIODeadline) -> Bool {
        guard pending > 0 else {
            takenAt = nil
            return false
        }
        guard let takenAt, taken == self.taken else {
            self.taken = taken
            takenAt = now
            return false
        }
        return now >= takenAt + timeout
    }
}
