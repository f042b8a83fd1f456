import JSONScanner
import Kernel

/// How far ahead of the server's clock a timestamp may be, so that a client's broken clock cannot win for ever
/// (spec: protocol.md, `plugins.sync.maxFutureSkew`).
struct TimestampBound {
    /// The latest instant that stays as it was sent, and what later ones are lowered to.
    let latest: UnixTime
    /// How many timestamps have been lowered.
    private(set) var loweredCount = 0

    /// The bound `skew` after `now`.
    init(now: UnixTime, skew: Duration) {
        latest = now.advanced(by: skew)
    }

    /// Whether the timestamp must be lowered, which is then counted; nil if it is no RFC 3339 timestamp.
    mutating func lowers(_ timestamp: JSONSlice, in bytes: UnsafeRawBufferPointer) -> Bool? {
        guard let instant = timestamp.instant(in: bytes) else { return nil }
        guard instant > latest else { return false }
        loweredCount += 1
        return true
    }
}
