import NIOCore

/// Whether a peer still takes what is written to it, and fast enough: a value that is shown how much it took.
struct WriteDeadline {
    /// What is wrong with a peer.
    enum Fault: Equatable {
        /// It took nothing for the whole of the time.
        case stalled
        /// It took less than the minimum rate allows, and not all that there was.
        case slow
    }

    private let timeout: TimeAmount
    /// What a peer has to take within the time-out, where there is as much.
    private let minBytes: Int
    private var taken = 0
    private var takenAt: NIODeadline?
    private var window: (end: NIODeadline, goal: Int)?

    /// - Parameter minRate: Bytes per second, over the length of the time-out; 0 for any.
    init(timeout: TimeAmount, minRate: Int = 0) {
        self.timeout = timeout
        minBytes = Int(Double(minRate) * Double(timeout.nanoseconds) / 1e9)
    }

    /// When to look again after a look at `now`; nil while nothing is pending. Four looks a time-out bound how late a cut can be.
    func next(after now: NIODeadline) -> NIODeadline? {
        takenAt == nil ? nil : now + .nanoseconds(max(1, timeout.nanoseconds / 4))
    }

    /// What is wrong, if anything, with `pending` bytes waiting and `taken` bytes taken since the connection began.
    mutating func fault(taken: Int, pending: Int, at now: NIODeadline) -> Fault? {
        guard pending > 0 else {
            takenAt = nil
            window = nil
            return nil
        }
        if let takenAt, taken == self.taken {
            if now >= takenAt + timeout { return .stalled }
        } else {
            self.taken = taken
            takenAt = now
        }
        if let window {
            guard now >= window.end else { return nil }
            if taken < window.goal { return .slow }
        }
        window = (now + timeout, taken + min(pending, minBytes))
        return nil
    }
}
