import NIOCore

/// Cuts a peer that takes nothing of what is written to it (``WriteDeadline``). Stands next to the socket.
///
/// It looks at the channel's backlog when a flush left one, and from then on until the backlog is gone.
final class WriteDeadlineHandler: ChannelOutboundHandler, ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private var deadline: WriteDeadline
    private var timer = DeadlineTimer()
    private var written = 0
    private var isWatching = false

    init(timeout: TimeAmount) {
        deadline = WriteDeadline(timeout: timeout)
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        written += unwrapOutboundIn(data).readableBytes
        context.write(data, promise: promise)
    }

    func flush(context: ChannelHandlerContext) {
        context.flush()
        if !isWatching { look(context) }
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        timer.cancel()
    }

    func channelInactive(context: ChannelHandlerContext) {
        timer.cancel()
        context.fireChannelInactive()
    }

    private func look(_ context: ChannelHandlerContext) {
        guard context.channel.isActive, let pending = context.pendingBytes else { return }
        let now = context.eventLoop.now
        if deadline.isStuck(taken: written - pending, pending: pending, at: now) {
            context.close(promise: nil)
            return
        }
        let next = deadline.next(after: now)
        isWatching = next != nil
        timer.set(next, on: context.eventLoop) {
            self.timer.fired()
            self.isWatching = false
            self.look(context)
        }
    }
}

extension ChannelHandlerContext {
    /// The bytes that were written and that the socket has not taken.
    fileprivate var pendingBytes: Int? {
        // Absence: a channel that cannot tell is not watched.
        try? channel.syncOptions?.getOption(.bufferedWritableBytes)
    }
}
