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

    /// The defaults.
    public init() {}

    public func validate(_ check: inout ConfigCheck) {
        check.require(maxFutureSkew >= .zero, "maxFutureSkew", "must not be negative")
        check.require(retryWindow >= .zero, "retryWindow", "must not be negative")
        check.require((1...10_000).contains(pageLimit), "pageLimit", "must be from 1 to 10000")
        check.require(pageBytes >= .kibibytes(1), "pageBytes", "must be at least 1KiB")
    }
}
