/// Where the keys that tokens are verified with come from.
public protocol KeySetSource: Sendable {
    /// What the log calls the source, without credentials.
    var name: String { get }

    /// The bytes of the JWK set document as it is now.
    ///
    /// It ends within a bounded time, also if the other side never answers. Concurrent calls do not happen.
    func load() async throws -> [UInt8]
}
