public import Kernel

/// How far a reader has read: the place in the change clock of the last change it has seen (spec: protocol.md, "Cursors").
///
/// Every change that the server stores has a clock place of its own, later than all before it. Cursors travel as RFC 3339 UTC
/// in fixed width, so that clients may keep and compare them as strings.
public struct Cursor: Hashable, Comparable, Sendable {
    /// The place in the change clock.
    public let time: UnixTime

    /// A cursor at `time`.
    public init(_ time: UnixTime) {
        self.time = time
    }

    /// Before the first change.
    public static let beginning = Cursor(.epoch)

    /// Reads any RFC 3339 timestamp, nanoseconds rounded down; nil if it is none. Instants before 1970 count as the beginning.
    public init?(text: some StringProtocol) {
        guard let time = UnixTime(rfc3339: text) else { return nil }
        self.time = max(time, .epoch)
    }

    /// The text that clients get: 27 bytes, `2026-01-02T03:04:05.678901Z`.
    public var text: String { time.rfc3339 }

    public static func < (left: Cursor, right: Cursor) -> Bool {
        left.time < right.time
    }
}
