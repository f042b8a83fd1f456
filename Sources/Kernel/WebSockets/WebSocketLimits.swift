/// What one WebSocket may take (spec: protocol.md, "WebSocket").
public struct WebSocketLimits: Hashable, Sendable {
    /// The most bytes of a message, of all its fragments together: more are answered with the close code 1009.
    public var maxMessage = ByteSize.kibibytes(64)
    /// The most bytes that were written and that the peer has not taken. Over it the connection is cut: there is no way to tell
    /// anything to a peer that does not read. Who looks at ``WebSocket/isWritable`` before it sends stays far below it. Less than 64 KiB counts as that.
    public var maxPending = ByteSize.kibibytes(256)
    /// How often the peer is pinged.
    public var pingEvery: Duration = .seconds(30)
    /// How long the peer may send nothing, not even a pong, before its connection is cut.
    public var silentAfter: Duration = .seconds(60)
    /// How long the peer may take to answer a close frame before its connection is cut.
    public var closeTimeout: Duration = .seconds(10)

    /// The limits of the protocol's page.
    public init() {}
}
