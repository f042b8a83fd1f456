import NIOCore

/// Why a stream ends.
enum StreamEnd: String, CaseIterable, Sendable {
    /// The token that opened it is no longer good.
    case tokenExpired = "token_expired"
    /// The server drains: another instance, or the same one soon, takes the next stream.
    case draining
    /// What the user may see is not what it was when the stream began.
    case membershipChanged = "membership_changed"
    /// The log could not be read, also not later.
    case error
    /// The client has gone. Not written, for nobody would read it.
    case peerLeft = "peer_left"

    /// The event that tells the client.
    var event: ByteBuffer {
        ByteBuffer(string: "event: end\ndata: {\"reason\":\"\(rawValue)\"}\n\n")
    }
}
