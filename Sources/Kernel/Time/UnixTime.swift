/// An instant as whole microseconds since 1970-01-01T00:00:00Z, leap seconds not counted.
///
/// The unit of cursors, tokens' expiry and log lines. Years 0001 to 9999 can be written as RFC 3339.
public struct UnixTime: Hashable, Comparable, Sendable {
    /// Microseconds since the epoch; negative before it.
    public var microseconds: Int64

    /// The instant `microseconds` after the epoch.
    public init(microseconds: Int64) {
        self.microseconds = microseconds
    }

    /// The instant `seconds` after the epoch.
    public init(seconds: Int64) {
        self.microseconds = seconds * 1_000_000
    }

    /// 1970-01-01T00:00:00Z: as a cursor, the beginning.
    public static let epoch = UnixTime(microseconds: 0)

    /// Whole seconds since the epoch, rounded towards the past.
    public var seconds: Int64 {
        microseconds >= 0 ? microseconds / 1_000_000 : (microseconds - 999_999) / 1_000_000
    }

    public static func < (left: UnixTime, right: UnixTime) -> Bool {
        left.microseconds < right.microseconds
    }

    /// This instant moved by `duration`, rounded towards zero to whole microseconds.
    public func advanced(by duration: Duration) -> UnixTime {
        UnixTime(microseconds: microseconds + duration.microseconds)
    }

    /// The time from `earlier` to this instant; negative if `earlier` is later.
    public func since(_ earlier: UnixTime) -> Duration {
        .microseconds(microseconds - earlier.microseconds)
    }
}

extension Duration {
    /// Whole microseconds, rounded towards zero.
    public var microseconds: Int64 {
        components.seconds * 1_000_000 + components.attoseconds / 1_000_000_000_000
    }

    /// Seconds as a floating point number, for metrics and logs.
    public var inSeconds: Double {
        Double(components.seconds) + Double(components.attoseconds) / 1e18
    }
}
