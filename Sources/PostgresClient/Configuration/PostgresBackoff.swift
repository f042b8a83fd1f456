/// How long to wait before the next attempt: twice as long after each failure up to a bound, with jitter, so that many clients do not
/// come back at the same time.
public struct PostgresBackoff: Sendable, Equatable {
    /// The longest wait after the first failure.
    public var first = Duration.milliseconds(100)
    /// The longest wait after any failure.
    public var longest = Duration.seconds(2)

    /// The defaults.
    public init() {}

    /// A back-off of its parts.
    public init(first: Duration, longest: Duration) {
        self.first = first
        self.longest = longest
    }

    /// The wait after so many failures in a row (at least 1): between half and all of the bound that has doubled with each.
    public func delay(failures: Int, using random: inout some RandomNumberGenerator) -> Duration {
        var bound = min(first, longest)
        for _ in 1..<max(1, min(failures, 64)) where bound < longest { bound = min(bound * 2, longest) }
        return bound * Double.random(in: 0.5...1, using: &random)
    }
}
