import HTTPTypes
import NIOCore
import NIOHTTP1
import NIOWebSocket

extension ConnectionHandler {
    /// Answers the exchange `number` with `head`, a 101, and gives the connection over to a WebSocket.
    ///
    /// What the peer has sent behind its handshake lies with the HTTP decoder, which hands it on as it leaves the pipeline.
    ///
    /// - Throws: ``PeerClosedError`` where the exchange is no longer there.
    func upgrade(to upgrade: WebSocketUpgrade, answering head: HTTPResponse, exchange number: Int) throws {
        guard let context, let exchange, exchange.number == number, !exchange.isAnswered, exchange.isRequestComplete,
            !hasInputEnded, !isDeaf
        else { throw PeerClosedError() }
        isDeaf = true
        self.exchange = nil
        let (channel, isDraining) = (context.channel, isDraining)
        var buffer = channel.allocator.buffer(capacity: 512)
        buffer.writeHead(head, framing: .bodiless, connection: "Upgrade", date: settings.date.text)
        context.writeAndFlush(wrapOutboundOut(buffer), promise: nil)
        let socket: WebSocketHandler
        do {
            // A channel keeps the largest buffer that it has read into, and a socket is there for hours.
            try channel.syncOptions?.setOption(
                .recvAllocator, value: AdaptiveRecvByteBufferAllocator(minimum: 512, initial: 2048, maximum: 8192))
            socket = try context.pipeline.syncOperations.replaceHTTP(by: upgrade, settings.limits, after: context)
        } catch {
            channel.close(promise: nil)
            throw error
        }
        channel.read()
        socket.open()
        if isDraining { socket.drain() }
    }
}

extension ChannelPipeline.SynchronousOperations {
    /// Puts a WebSocket's handlers in the place of HTTP's. Those that watch how the peer reads, and close, stay.
    fileprivate func replaceHTTP(
        by upgrade: WebSocketUpgrade, _ limits: ConnectionLimits, after connection: ChannelHandlerContext
    ) throws -> WebSocketHandler {
        let parser = try context(handlerType: ByteToMessageHandler<HTTPRequestDecoder>.self)
        let maxFrame = min(max(upgrade.limits.maxMessage.bytes, 125), Int(UInt32.max))
        let socket = WebSocketHandler(upgrade, drainTimeout: limits.drainedSocketTimeout, eventLoop: eventLoop)
        try addHandler(WebSocketFrameEncoder())
        try addHandler(ByteToMessageHandler(WebSocketFrameDecoder(maxFrameSize: maxFrame)))
        try addHandler(socket)
        removeHandler(context: connection, promise: nil)
        let pipeline = connection.pipeline
        // It leaves a moment later; the frames that it hands on by then were read as one.
        removeHandler(context: parser).whenSuccess { pipeline.fireChannelReadComplete() }
        return socket
    }
}
