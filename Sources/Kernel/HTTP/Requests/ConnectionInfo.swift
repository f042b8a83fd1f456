/// What is known of the connection that a request came on.
public struct ConnectionInfo: Hashable, Sendable {
    /// The client's address as text; behind a trusted proxy the one that the proxy names.
    public let remoteAddress: String
    /// Whether the connection is encrypted by this server.
    public let isSecure: Bool

    /// A connection, for tests and for what stands in for the front.
    public init(remoteAddress: String, isSecure: Bool = false) {
        self.remoteAddress = remoteAddress
        self.isSecure = isSecure
    }
}
