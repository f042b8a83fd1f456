import NIOCore

/// Whether a body comes fast enough: in each window it must bring the minimum rate's bytes. Time in which the server itself does
/// not read counts for nothing.
struct BodyRate: Equatable {
    private let bytesPerWindow: Int
    private let window: TimeAmount
    private var windowStart: NIODeadline
    private var bytes = 0
    private var pausedAt: NIODeadline?

    /// Nil where there is no minimum.
    init?(bytesPerSecond: Int, window: TimeAmount, startingAt now: NIODeadline) {
        guard bytesPerSecond > 0 else { return nil }
        self.window = window
        bytesPerWindow = max(1, Int(Double(bytesPerSecond) * Double(window.nanoseconds) / 1e9))
        windowStart = now
    }

    /// When the running window ends; nil while paused.
    var windowEnd: NIODeadline? { pausedAt == nil ? windowStart + window : nil }

    mutating func received(_ count: Int) {
        bytes += count
    }

    mutating func pause(at now: NIODeadline) {
        pausedAt = pausedAt ?? now
    }

    mutating func resume(at now: NIODeadline) {
        guard let pausedAt else { return }
        windowStart = windowStart + (now - pausedAt)
        self.pausedAt = nil
    }

    /// At a window's end: whether it brought too little. If not, the next one begins.
    mutating func isTooSlow(at now: NIODeadline) -> Bool {
        guard let windowEnd, now >= windowEnd else { return false }
        guard bytes >= bytesPerWindow else { return true }
        bytes = 0
        windowStart = now
        return false
    }
}
