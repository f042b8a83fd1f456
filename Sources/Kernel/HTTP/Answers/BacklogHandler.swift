import NIOCore

/// Stands next to the socket and watches what was written to it and not taken: counts it in the ``AnswerMemory``, and cuts a peer
/// that takes nothing, or too little (``WriteDeadline``).
///
/// It looks at the channel's backlog after each flush, and from time to time until the backlog is gone.
final class BacklogHandler: ChannelOutboundHandler, ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let memory: AnswerMemory
    private var context: ChannelHandlerContext?
    private var backlog = AnswerBacklog()
    private var deadline: WriteDeadline
    private var timer = DeadlineTimer()
    /// What of the memory is counted as this connection's.
    private var counted = 0
    private var isFlushing = false

    init(_ limits: ConnectionLimits, memory: AnswerMemory) {
        self.memory = memory
        deadline = WriteDeadline(timeout: limits.writeTimeout, minRate: limits.answerMinRate)
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        finish()
        self.context = nil
    }

    func channelInactive(context: ChannelHandlerContext) {
        finish()
        context.fireChannelInactive()
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        let count = unwrapOutboundIn(data).readableBytes
        guard count >= AnswerBacklog.largePiece else {
            backlog.wrote(count)
            return context.write(data, promise: promise)
        }
        backlog.wrotePiece(of: count, at: context.eventLoop.now)
        let promise = promise ?? context.eventLoop.makePromise()
        let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
        promise.futureResult.whenSuccess { bound.value.tookPiece(of: count) }
        context.write(data, promise: promise)
    }

    func flush(context: ChannelHandlerContext) {
        isFlushing = true
        context.flush()
        isFlushing = false
        look()
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if context.channel.isWritable, !isFlushing { look() }
        context.fireChannelWritabilityChanged()
    }

    private func tookPiece(of count: Int) {
        backlog.tookPiece(of: count)
        if !isFlushing { look() }
    }

    /// Looks at what the peer has taken, and cuts it where that is too little.
    private func look() {
        guard let context, context.channel.isActive, let pending = context.pendingBytes else { return }
        let now = context.eventLoop.now
        backlog.looked(pending: pending, at: now)
        count(backlog.held)
        switch deadline.fault(taken: backlog.taken, pending: pending, at: now) {
        case .stalled: return cut(because: .stalled)
        case .slow: return cut(because: .slow)
        case nil: break
        }
        timer.set(deadline.next(after: now), on: context.eventLoop) { [weak self] in
            self?.timer.fired()
            self?.look()
        }
    }

    private func count(_ held: Int) {
        guard held != counted, let context else { return }
        let before = counted
        counted = held
        if before == 0 { memory.join(NIOLoopBound(self, eventLoop: context.eventLoop)) }
        memory.add(held - before, on: context.eventLoop)
        if held == 0 { memory.leave(self) }
    }

    private func finish() {
        timer.cancel()
        count(0)
    }
}

extension BacklogHandler {
    /// What the connection has of the memory now, and for how long; nil where it has nothing.
    func claim() -> (held: Int, wait: Double)? {
        look()
        guard let context, counted > 0 else { return nil }
        return (counted, backlog.wait(at: context.eventLoop.now))
    }

    /// Ends the connection: its peer must not take what it has of an answer for the whole.
    func cut(because reason: CutReason) {
        guard let context, context.channel.isActive else { return }
        memory.incidents.cut(because: reason, on: context.eventLoop)
        finish()
        context.close(promise: nil)
    }
}

extension ChannelHandlerContext {
    /// The bytes that were written and that the socket has not taken.
    fileprivate var pendingBytes: Int? {
        // Absence: a channel that cannot tell is not watched.
        try? channel.syncOptions?.getOption(.bufferedWritableBytes)
    }
}
