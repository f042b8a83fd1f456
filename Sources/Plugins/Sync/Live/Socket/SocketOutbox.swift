import NIOCore

/// What a WebSocket's peer is still to be sent once it takes anything: merged, so that it does not grow while the peer is slow.
struct SocketOutbox {
    /// An `auth` was good.
    var owesAuthenticated = false
    /// A `ping` was answered; one pong answers any number.
    var owesPong = false
    /// The last thing that was wrong.
    var error: String?
    /// What is new.
    var notices = PendingNotices()

    /// Takes everything out. The first message of a connection that authenticates is that it did.
    mutating func take() -> [ByteBuffer] {
        var messages: [ByteBuffer] = []
        if owesAuthenticated { messages.append(ServerMessage.authenticated) }
        if let error { messages.append(ServerMessage.error(error)) }
        if owesPong { messages.append(ServerMessage.pong) }
        (owesAuthenticated, owesPong, error) = (false, false, nil)
        return notices.isEmpty ? messages : messages + notices.take()
    }
}
