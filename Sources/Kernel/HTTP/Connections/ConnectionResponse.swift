import HTTPTypes
import HummingbirdCore
import Logging
import NIOCore

/// An answer on its way from the request's task to the connection.
///
/// An answer that is known whole is written at once: head, body and end in one piece. A body that is made as it is written may have a
/// length that its head declares: it is framed by that length, cut off at it, and never passed off as whole where it ends before.
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
        contentLength = response.body.contentLength ?? response.head.declaredLength
        do {
            if isHead {
                try await finish(nil)
            } else {
                try await response.body.write(self)
            }
        } catch let fault as BodyLengthError {
            let request = response.headers[.requestID]
            connection.execute { $0.logFault(fault, of: request) }
        } catch {
            // The body's own code has the error; the peer is told by the end of the connection.
        }
        if !isFinished { connection.execute { [exchange] in $0.abandon(exchange: exchange) } }
    }

    func write(_ buffer: ByteBuffer) async throws {
        guard let contentLength else { return try await write(ResponsePiece(head: takeHead(), body: buffer)) }
        let room = contentLength - sent
        guard buffer.readableBytes <= room else {
            if !isFinished { try await end(with: buffer.getSlice(at: buffer.readerIndex, length: room)) }
            throw BodyLengthError(declared: contentLength, made: sent + buffer.readableBytes)
        }
        sent += buffer.readableBytes
        if sent < contentLength {
            try await write(ResponsePiece(head: takeHead(), contentLength: contentLength, body: buffer))
        } else if last == nil {
            last = buffer
        }
    }

    /// Ends the answer where its body has more bytes than were announced: the peer gets as many as it was told of.
    private func end(with rest: ByteBuffer?) async throws {
        last = last ?? rest
        try await writeLast(trailers: nil)
    }

    func finish(_ trailingHeaders: HTTPFields?) async throws {
        if !isHead, let contentLength, sent != contentLength {
            throw BodyLengthError(declared: contentLength, made: sent)
        }
        try await writeLast(trailers: trailingHeaders)
    }

    private func writeLast(trailers: HTTPFields?) async throws {
        try await write(
            ResponsePiece(head: takeHead(), contentLength: contentLength, body: last, isLast: true, trailers: trailers))
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
struct BodyLengthError: Error {
    let declared: Int
    /// At least so many, where it is more.
    let made: Int
}

extension ConnectionHandler {
    /// It is the fault of who made the answer, and there is no one else to tell.
    fileprivate func logFault(_ fault: BodyLengthError, of request: String?) {
        settings.logger.error(
            "an answer's body has not the length that its head declares",
            metadata: ["declared": "\(fault.declared)", "made": "\(fault.made)", "request": "\(request ?? "-")"])
    }
}

extension HTTPResponse {
    /// What its `Content-Length` says, where that is a number (RFC 9110, section 8.6).
    fileprivate var declaredLength: Int? {
        headerFields[.contentLength].flatMap { Int(decimalDigits: Substring($0)) }
    }
}
