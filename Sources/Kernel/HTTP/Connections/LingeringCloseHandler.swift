import NIOCore

/// Asks ``LingeringCloseHandler``, as an outbound event, to close the connection.
struct LingeringClose: Sendable {}

/// Closes so that the peer can read the last answer: a socket closed with input unread is reset, and a reset destroys what the
/// peer has not read yet (RFC 9112 section 9.6). Once all is written, the output is closed, and input is thrown away until the
/// peer closes too, or for a bounded time and number of bytes.
final class LingeringCloseHandler: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = ByteBuffer

    private let limits: ConnectionLimits
    private var isLingering = false
    private var hasInputEnded = false
    private var isOutputClosed = false
    private var discarded = 0
    private var timer = DeadlineTimer()

    init(_ limits: ConnectionLimits) {
        self.limits = limits
    }

    func triggerUserOutboundEvent(context: ChannelHandlerContext, event: Any, promise: EventLoopPromise<Void>?) {
        guard event is LingeringClose else { return context.triggerUserOutboundEvent(event, promise: promise) }
        promise?.succeed()
        guard !isLingering else { return }
        isLingering = true
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        context.writeAndFlush(wrapOutboundOut(ByteBuffer())).whenComplete { result in
            let (handler, context) = bound.value
            switch result {
            case .success: handler.outputWritten(context)
            case .failure: context.close(promise: nil)
            }
        }
    }

    private func outputWritten(_ context: ChannelHandlerContext) {
        guard !hasInputEnded else { return context.close(promise: nil) }
        isOutputClosed = true
        context.close(mode: .output, promise: nil)
        timer.set(context.eventLoop.now + limits.lingerTime, on: context.eventLoop) {
            self.timer.fired()
            context.close(promise: nil)
        }
        context.read()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard isLingering else { return context.fireChannelRead(data) }
        discarded += unwrapInboundIn(data).readableBytes
        if discarded > limits.lingerBytes { context.close(promise: nil) }
    }

    func read(context: ChannelHandlerContext) {
        // Before the output is closed the peer has the answer to read first; what it sends meanwhile waits in the socket.
        if !isLingering || isOutputClosed { context.read() }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        if isLingering {
            if isOutputClosed { context.read() }
        } else {
            context.fireChannelReadComplete()
        }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case .inputClosed? = event as? ChannelEvent {
            hasInputEnded = true
            if isOutputClosed { context.close(promise: nil) }
        }
        context.fireUserInboundEventTriggered(event)
    }

    func channelInactive(context: ChannelHandlerContext) {
        timer.cancel()
        context.fireChannelInactive()
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        timer.cancel()
    }
}

extension LingeringCloseHandler {
    typealias OutboundOut = ByteBuffer
}
