import HummingbirdCore
import NIOCore

/// A handshake that was accepted: what takes over the connection once its 101 is written.
struct WebSocketUpgrade: Sendable {
    let session: any WebSocketSession
    let limits: WebSocketLimits

    /// The body of the 101. What follows that answer on its connection is the WebSocket, so it hands itself to a connection that can
    /// change its protocol, and writes nothing anywhere else.
    var body: ResponseBody {
        ResponseBody { writer in
            if let connection = writer as? any UpgradableWriter {
                try await connection.upgrade(self)
            } else {
                try await writer.finish(nil)
            }
        }
    }
}

/// A connection's writer that can give the connection over to a WebSocket.
protocol UpgradableWriter {
    /// - Throws: ``PeerClosedError`` where the connection is no longer there.
    func upgrade(_ upgrade: WebSocketUpgrade) async throws
}
