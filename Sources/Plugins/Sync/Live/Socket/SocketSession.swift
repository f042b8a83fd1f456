import Domain
import Kernel
import NIOCore
import Synchronization

/// A WebSocket as a conversation needs it.
protocol LiveSocket: Sendable {
    var eventLoop: any EventLoop { get }
    /// Whether the peer takes what is sent.
    var isWritable: Bool { get }
    func send(text: ByteBuffer)
    func close(_ code: WebSocketCloseCode, reason: String)
}

extension WebSocket: LiveSocket {}

/// The kernel's view of one of our WebSockets.
final class SocketSession: WebSocketSession {
    private let live: LiveServices
    private let app: AppID?
    private let seat: LiveSeat
    private let connection = Mutex<NIOLoopBound<SocketConnection>?>(nil)

    /// A session that will tell of one app, or of all where it is nil.
    ///
    /// - Parameter seat: What it sits on until it has authenticated.
    init(live: LiveServices, app: AppID?, seat: LiveSeat) {
        self.live = live
        self.app = app
        self.seat = seat
    }

    func opened(_ socket: WebSocket) { opened(socket as any LiveSocket) }

    func opened(_ socket: any LiveSocket) {
        let connection = SocketConnection(socket, live: live, app: app, seat: seat)
        self.connection.withLock { $0 = NIOLoopBound(connection, eventLoop: socket.eventLoop) }
        connection.opened()
    }

    func received(_ message: WebSocketMessage) { current?.received(message) }
    func writable() { current?.flush() }

    func closed() {
        current?.closed()
        connection.withLock { $0 = nil }
    }

    private var current: SocketConnection? { connection.withLock { $0 }?.value }
}
