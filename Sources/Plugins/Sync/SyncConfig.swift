public import Kernel

/// The section `plugins.sync`.
public struct SyncConfig: ConfigSection {
    /// The name under which answers carry a field's timestamp; both are accepted in pushes.
    public var fieldTimestampKey = FieldTimestampKey.updatedAt
    /// How far ahead of the server's clock a field's timestamp may be; later ones are lowered to that.
    public var maxFutureSkew: Duration = .seconds(300)
    /// For how long the retry of a push without event ids is recognised.
    public var retryWindow: Duration = .seconds(24 * 3600)
    /// The most changes in one answer, and the highest `limit` of a pull.
    public var pageLimit = 1000
    /// The most bytes of changes in one answer; a single change may be larger.
    public var pageBytes = ByteSize.mebibytes(4)

    /// How long a stream is silent at most: then it sends a heartbeat.
    public var heartbeat: Duration = .seconds(30)
    /// How long a WebSocket has to authenticate.
    public var authTimeout: Duration = .seconds(10)
    /// How often the peer of a WebSocket is pinged.
    public var pingEvery: Duration = .seconds(30)
    /// How long the peer of a WebSocket may send nothing, not even a pong, before it is cut off.
    public var silentAfter: Duration = .seconds(60)
    /// The largest message that a WebSocket's peer may send.
    public var maxMessage = ByteSize.kibibytes(64)
    /// The most authenticated WebSockets of one user.
    public var maxSocketsPerUser = 256
    /// The most streams of one user.
    public var maxStreamsPerUser = 256
    /// The most WebSockets in all that have not authenticated yet.
    public var maxUnauthenticated = 1000

    /// The defaults.
    public init() {}

    public func validate(_ check: inout ConfigCheck) {
        check.require(maxFutureSkew >= .zero, "maxFutureSkew", "must not be negative")
        check.require(retryWindow >= .zero, "retryWindow", "must not be negative")
        check.require((1...10_000).contains(pageLimit), "pageLimit", "must be from 1 to 10000")
        for (name, duration) in [
            ("heartbeat", heartbeat), ("authTimeout", authTimeout), ("pingEvery", pingEvery),
            ("silentAfter", silentAfter),
        ] {
            check.require(duration >= .seconds(1), name, "must be at least 1s")
        }
        check.require(silentAfter > pingEvery, "silentAfter", "must be longer than pingEvery")
        check.require(
            (.kibibytes(10) ... .mebibytes(1)).contains(maxMessage), "maxMessage",
            "must be from 10KiB, for a token of 8 KiB has to fit, to 1MiB")
        for (name, count) in [
            ("maxSocketsPerUser", maxSocketsPerUser), ("maxStreamsPerUser", maxStreamsPerUser),
            ("maxUnauthenticated", maxUnauthenticated),
        ] {
            check.require(count >= 1, name, "must be at least 1")
        }
        check.require(pageBytes >= .kibibytes(1), "pageBytes", "must be at least 1KiB")
    }
}
