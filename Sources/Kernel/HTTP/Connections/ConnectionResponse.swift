import HTTPTypes
import HummingbirdCore
import NIOCore

/// An answer on its way from the request's task to the connection.
///
/// An answer that is known whole is written at once: head, body and end in one piece.
final class ConnectionResponse: ResponseBodyWriter, UpgradableWriter {
    private let connection: NIOLoopBound<ConnectionHandler>
    private let exchange: Int
    private let isHead: Bool
    private var head: HTTPResponse?
    private var contentLength: Int?
    private var sent = 0
    private var last: ByteBuffer?
    private var isFinished = false

    init(_ connection: NIOLoopBound<ConnectionHandler>, exchange: Int, isHead: Bool) {
        self.connection = connection
        self.exchange = exchange
        self.isHead = isHead
    }

    /// Writes all of `response`. One that fails on the way ends the connection, for nothing else tells the peer.
    func send(_ response: Response) async {
        head = response.head
        contentLength = response.body.contentLength
        do {
            if isHead {
                try await finish(nil)
            } else {
                try await response.body.write(self)
            }
        } catch {
            // The body's own code has the error; the peer is told by the end of the connection.
        }
        if !isFinished { connection.execute { [exchange] in $0.abandon(exchange: exchange) } }
    }

    func write(_ buffer: ByteBuffer) async throws {
        try await writeHeldBack()
        sent += buffer.readableBytes
        if let contentLength {
            guard sent <= contentLength else { throw BodyLengthError() }
            guard sent < contentLength else {
                last = buffer
                return
            }
        }
        try await write(ResponsePiece(head: takeHead(), contentLength: contentLength, body: buffer))
    }

    func finish(_ trailingHeaders: HTTPFields?) async throws {
        guard isHead || contentLength == nil || contentLength == sent else { throw BodyLengthError() }
        try await write(
            ResponsePiece(
                head: takeHead(), contentLength: contentLength, body: last, isLast: true, trailers: trailingHeaders))
        isFinished = true
    }

    func upgrade(_ upgrade: WebSocketUpgrade) async throws {
        guard let head = takeHead() else { throw PeerClosedError() }
        let (connection, exchange) = (connection, exchange)
        if connection.eventLoop.inEventLoop {
            try connection.value.upgrade(to: upgrade, answering: head, exchange: exchange)
        } else {
            try await connection.eventLoop.submit {
                try connection.value.upgrade(to: upgrade, answering: head, exchange: exchange)
            }.get()
        }
        isFinished = true
    }

    private func writeHeldBack() async throws {
        guard let last else { return }
        self.last = nil
        try await write(ResponsePiece(head: takeHead(), contentLength: contentLength, body: last))
    }

    private func takeHead() -> HTTPResponse? {
        defer { head = nil }
        return head
    }

    private func write(_ piece: ResponsePiece) async throws {
        let (connection, exchange) = (connection, exchange)
        let untilWritable: EventLoopFuture<Void>?
        if connection.eventLoop.inEventLoop {
            untilWritable = try connection.value.write(piece, exchange: exchange)
        } else {
            untilWritable = try await connection.eventLoop.submit {
                try connection.value.write(piece, exchange: exchange)
            }.get()
        }
        try await untilWritable?.get()
    }
}

/// A body had more or fewer bytes than its answer announced.
struct BodyLengthError: Error {}
