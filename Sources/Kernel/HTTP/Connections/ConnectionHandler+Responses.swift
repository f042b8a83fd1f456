import HTTPTypes
import NIOCore
import NIOHTTP1

/// A piece of an answer, as much as is known at once.
struct ResponsePiece: Sendable {
    /// With the first piece.
    var head: HTTPResponse?
    /// With the head, where it is known.
    var contentLength: Int?
    var body: ByteBuffer?
    /// With the last piece.
    var isLast = false
    var trailers: HTTPFields?
}

extension ConnectionHandler {
    func writeContinue() {
        guard let context else { return }
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(staticString: "HTTP/1.1 100 Continue\r\n\r\n")), promise: nil)
    }

    /// Writes a piece of the answer of the exchange `number`.
    ///
    /// - Returns: Nil where the peer takes it; else what completes when it does.
    /// - Throws: ``PeerClosedError`` where the exchange is no longer there.
    func write(_ piece: ResponsePiece, exchange number: Int) throws -> EventLoopFuture<Void>? {
        guard let context, var exchange, exchange.number == number, !exchange.isAnswered else {
            throw PeerClosedError()
        }
        var buffer = context.channel.allocator.buffer(capacity: 512 + (piece.body?.inlineCount ?? 0))
        if let head = piece.head { begin(head, piece.contentLength, of: &exchange, into: &buffer) }
        write(piece.body, of: &exchange, after: &buffer, context)
        if piece.isLast {
            if exchange.framing == .chunked { buffer.writeLastChunk(piece.trailers) }
            exchange.isAnswered = true
        }
        self.exchange = exchange
        if buffer.readableBytes > 0 { context.write(wrapOutboundOut(buffer), promise: nil) }
        context.flush()
        // The flush found the peer gone, or found it to take too little.
        guard self.exchange?.number == number else { throw PeerClosedError() }
        if piece.isLast {
            finishExchange()
            return nil
        }
        if hasInputEnded, exchange.isStreaming {
            context.close(promise: nil)
            throw PeerClosedError()
        }
        return context.channel.isWritable ? nil : whenWritable(context)
    }

    private func begin(
        _ head: HTTPResponse, _ contentLength: Int?, of exchange: inout Exchange, into buffer: inout ByteBuffer
    ) {
        let framing = ResponseFraming(
            head, contentLength: contentLength, isHead: exchange.head.method == .head, isHTTP10: exchange.isHTTP10)
        // The rest of the body would be read as the next request.
        let isUnread = !exchange.isRequestComplete
        if isUnread || isDraining || framing == .untilClose || head.headerFields.saysClose {
            exchange.keepsAlive = false
        }
        exchange.framing = framing
        // Who names a protocol says so to the next hop, which must not pass it on (RFC 9110 section 7.8).
        let offersUpgrade = head.headerFields.contains(.upgrade)
        let connection: StaticString? =
            switch (exchange.keepsAlive, exchange.isHTTP10) {
            case (true, true): offersUpgrade ? "keep-alive, Upgrade" : "keep-alive"
            case (true, false): offersUpgrade ? "Upgrade" : nil
            case (false, _): offersUpgrade ? "close, Upgrade" : "close"
            }
        buffer.writeHead(head, framing: framing, connection: connection, date: settings.date.text)
    }

    /// Writes body bytes after what `buffer` holds, a small piece into it; `buffer` is then what is still to be written.
    private func write(
        _ body: ByteBuffer?, of exchange: inout Exchange, after buffer: inout ByteBuffer,
        _ context: ChannelHandlerContext
    ) {
        guard let body, body.readableBytes > 0, exchange.framing != .bodiless else { return }
        exchange.sent += body.readableBytes
        let isChunked = exchange.framing == .chunked
        if isChunked { buffer.writeString(String(body.readableBytes, radix: 16) + "\r\n") }
        if body.inlineCount > 0 {
            buffer.writeImmutableBuffer(body)
        } else {
            context.write(wrapOutboundOut(buffer), promise: nil)
            context.write(wrapOutboundOut(body), promise: nil)
            buffer = context.channel.allocator.buffer(capacity: 16)
        }
        if isChunked { buffer.writeStaticString("\r\n") }
    }

    private func whenWritable(_ context: ChannelHandlerContext) -> EventLoopFuture<Void> {
        let promise = writability ?? context.eventLoop.makePromise()
        writability = promise
        return promise.futureResult
    }

    /// Ends a connection whose answer cannot be completed: the peer must not take what it has for the whole.
    func abandon(exchange number: Int) {
        guard exchange?.number == number else { return }
        context?.close(promise: nil)
    }

    /// Goes on to the next request, once the peer has taken the most of the answer, or ends the connection.
    func finishExchange() {
        isAnswerPending = false
        guard let exchange, let context else { return }
        if let refusal {
            self.refusal = nil
            answerRefusal(refusal.problem, head: refusal.head)
            return
        }
        guard exchange.keepsAlive, exchange.isRequestComplete, !isDeaf else { return end() }
        guard context.channel.isWritable else {
            isAnswerPending = true
            return
        }
        self.exchange = nil
        changeDeadline { $0.answered(at: $1) }
        while self.exchange?.isRequestComplete != true, !isDeaf, let part = backlog.popFirst() {
            take(part)
        }
        if isDraining, self.exchange == nil, !isDeaf { end() }
        resumeReading()
    }

    private func end() {
        isDeaf = true
        exchange?.failBody(PeerClosedError())
        exchange = nil
        backlog.removeAll()
        context?.triggerUserOutboundEvent(LingeringClose(), promise: nil)
        resumeBody()
        resumeReading()
    }
}

extension ByteBuffer {
    /// The bytes, where they are so few that a copy costs less than another buffer to write; else 0.
    fileprivate var inlineCount: Int { readableBytes <= 4096 ? readableBytes : 0 }
}

extension HTTPFields {
    /// Whether `Connection` has the option `close` (RFC 9112 section 9.6).
    fileprivate var saysClose: Bool {
        self[.connection]?.split(separator: ",").contains { $0.trimmed.lowercased() == "close" } ?? false
    }
}
