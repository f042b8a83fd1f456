/// How long a ``CachedLookup`` believes what it was told, and how much it keeps.
public struct CachedLookupSettings: Hashable, Sendable {
    /// How long an answer counts as fresh.
    public var cacheFor: Duration = .seconds(5 * 60)
    /// How old an answer may be that serves while the service does not answer; zero for none but what is still fresh.
    public var staleFor: Duration = .zero
    /// Of how many users something is kept; the one asked for longest ago makes room.
    public var capacity = 50_000
    /// How many calls may be under way; users beyond them get ``LookupFailure/Code/busy``.
    public var maximumCalls = 1024
    /// How long a user, and the service while it is down, is not asked for after one failure.
    public var shortestPause: Duration = .seconds(1)
    /// The longest such pause: each failure in a row doubles it.
    public var longestPause: Duration = .seconds(30)

    /// The defaults.
    public init() {}
}
