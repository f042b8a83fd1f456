/// The server's end of one WebSocket, as a plugin writes it.
///
/// Its methods are called on the connection's event loop, one after the other: ``opened(_:)``, then ``received(_:)`` and
/// ``writable()`` any number of times, then ``closed()`` exactly once and nothing after it; none of them is called from within
/// another, nor from within a call of the socket's methods. They must not block, since every
/// connection of the event loop waits for them: what takes time is a task that comes back with `socket.eventLoop.execute`.
///
/// State that only these methods touch needs no lock of its own: `NIOLoopBoundBox`, made in ``opened(_:)``, holds it.
public protocol WebSocketSession: Sendable {
    /// The handshake is done; from here on the socket takes messages. What holds the session holds the socket: the two let go of
    /// each other with ``closed()``.
    func opened(_ socket: WebSocket)

    /// A message came, whole and within the limits. None comes after the socket was asked to close.
    func received(_ message: WebSocketMessage)

    /// The peer, which had fallen behind, takes messages again: ``WebSocket/isWritable`` was false and is true.
    func writable()

    /// The connection is over, whoever ended it and however.
    func closed()
}

extension WebSocketSession {
    /// Nothing to do, for a session that sends only when it is asked.
    public func writable() {}
}
