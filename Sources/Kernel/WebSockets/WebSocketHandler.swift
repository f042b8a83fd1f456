import NIOCore
import NIOWebSocket

/// One WebSocket at the end of its pipeline: does what ``WebSocketProtocol`` and ``WebSocketDeadline`` say, and calls the session.
final class WebSocketHandler: ChannelInboundHandler {
    typealias InboundIn = WebSocketFrame
    typealias OutboundOut = WebSocketFrame

    private let eventLoop: any EventLoop
    private let limits: WebSocketLimits
    private let drainTimeout: TimeAmount
    private var session: (any WebSocketSession)?
    private var context: ChannelHandlerContext?
    private var machine: WebSocketProtocol
    private var deadline: WebSocketDeadline
    private var timer = DeadlineTimer()
    /// The latest pong that the peer, which takes nothing now, is owed.
    private var owedPong: ByteBuffer?
    /// What is written while a read's frames are handled is flushed once, after them.
    private var isReading = false
    private var isUnflushed = false
    /// Whether the session, or who holds the socket, is in the middle of a call. What it causes is told after it.
    private var isInCall = false

    /// - Parameter drainTimeout: How long the peer may take to answer the close frame of a server that stops.
    init(_ upgrade: WebSocketUpgrade, drainTimeout: TimeAmount, eventLoop: any EventLoop) {
        self.eventLoop = eventLoop
        self.drainTimeout = drainTimeout
        limits = upgrade.limits
        session = upgrade.session
        machine = WebSocketProtocol(maxMessage: upgrade.limits.maxMessage.bytes)
        deadline = WebSocketDeadline(upgrade.limits, at: eventLoop.now)
    }

    /// Begins the session, once the pipeline is in place.
    func open() {
        guard context != nil else { return }
        updateTimer()
        let socket = WebSocket(self, eventLoop: eventLoop)
        inCall { session?.opened(socket) }
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        finish()
    }

    func channelInactive(context: ChannelHandlerContext) {
        finish()
        context.fireChannelInactive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        isReading = true
        perform(machine.received(unwrapInboundIn(data)))
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        isReading = false
        deadline.heard(at: eventLoop.now)
        if isUnflushed { flush(context) }
        context.fireChannelReadComplete()
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if context.channel.isWritable, machine.isOpen {
            if let owedPong {
                self.owedPong = nil
                write(.pong, owedPong)
            }
            afterCall { $0.tellWritable() }
        }
        context.fireChannelWritabilityChanged()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        case is DrainEvent: drain()
        case ChannelEvent.inputClosed: inputEnded(context)
        default: context.fireUserInboundEventTriggered(event)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if let error = error as? NIOWebSocketError {
            perform(machine.received(error))
        } else {
            context.close(promise: nil)
        }
    }

    private func perform(_ action: WebSocketProtocol.Action) {
        guard let context else { return }
        switch action {
        case .nothing: break
        case .deliver(let message): inCall { session?.received(message) }
        case .pong(let payload) where context.channel.isWritable: write(.pong, payload)
        case .pong(let payload): owedPong = payload
        case .sendClose(let payload, let andEnd):
            owedPong = nil
            write(.connectionClose, payload)
            deadline.closing(at: eventLoop.now)
            updateTimer()
            if andEnd { end(context) }
        case .end: end(context)
        }
    }

    /// What is written still goes out, in the time that a closing peer has.
    private func inputEnded(_ context: ChannelHandlerContext) {
        machine.inputEnded()
        deadline.closing(at: eventLoop.now)
        updateTimer()
        end(context)
        context.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
    }

    private func end(_ context: ChannelHandlerContext) {
        context.triggerUserOutboundEvent(LingeringClose(), promise: nil)
    }

    private func write(_ opcode: WebSocketOpcode, _ payload: ByteBuffer) {
        guard let context else { return }
        context.write(wrapOutboundOut(WebSocketFrame(fin: true, opcode: opcode, data: payload)), promise: nil)
        isUnflushed = true
        if !isReading || !context.channel.isWritable { flush(context) }
    }

    private func flush(_ context: ChannelHandlerContext) {
        isUnflushed = false
        context.flush()
        // The channel counts for itself up to where it stops being writable.
        guard !context.channel.isWritable, context.pendingBytes > limits.maxPending.bytes else { return }
        context.close(promise: nil)
    }

    private func updateTimer() {
        guard context != nil else { return }
        timer.set(deadline.next, on: eventLoop) { [weak self] in self?.timerFired() }
    }

    private func timerFired() {
        timer.fired()
        guard let context else { return }
        switch deadline.due(at: eventLoop.now) {
        case nil: break
        case .cut: return context.close(promise: nil)
        case .ping: if context.channel.isWritable { write(.ping, ByteBuffer()) }
        }
        updateTimer()
    }

    private func finish() {
        timer.cancel()
        owedPong = nil
        afterCall { $0.tellClosed() }
        context = nil
    }
}

extension WebSocketHandler {
    var isWritable: Bool { machine.isOpen && context?.channel.isWritable == true }

    func send(_ payload: ByteBuffer, as opcode: WebSocketOpcode) {
        guard machine.isOpen else { return }
        inCall { write(opcode, payload) }
    }

    func drain() {
        close(.goingAway, reason: "the server stops")
        deadline.draining(at: eventLoop.now, for: drainTimeout)
        updateTimer()
    }

    func close(_ code: WebSocketCloseCode, reason: String) {
        inCall { perform(machine.close(code, reason: reason)) }
    }

    private func inCall(_ call: () -> Void) {
        let isInner = isInCall
        isInCall = true
        call()
        isInCall = isInner
    }

    private func afterCall(_ action: @escaping @Sendable (WebSocketHandler) -> Void) {
        guard isInCall else { return action(self) }
        let bound = NIOLoopBound(self, eventLoop: eventLoop)
        eventLoop.execute { action(bound.value) }
    }

    private func tellWritable() {
        guard isWritable else { return }
        inCall { session?.writable() }
    }

    private func tellClosed() {
        guard let session else { return }
        self.session = nil
        inCall { session.closed() }
    }
}

extension ChannelHandlerContext {
    /// The bytes that were written and that the socket has not taken.
    fileprivate var pendingBytes: Int {
        // Absence: a channel that cannot tell keeps no backlog.
        (try? channel.syncOptions?.getOption(.bufferedWritableBytes)) ?? 0
    }
}
