import HTTPTypes
import HummingbirdCore
import NIOCore
import NIOHTTP1

/// Tells every connection, as an inbound event, that the server ends: requests in flight are the last ones.
struct DrainEvent: Sendable {}

/// Turns parts of HTTP/1 into requests for the responder and its answers into bytes, one request at a time.
///
/// All of it runs on the connection's event loop. What arrives while a request is in flight waits in the backlog, and nothing more
/// is read then, so that a peer cannot make it grow.
final class ConnectionHandler: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundIn = Never
    typealias OutboundOut = ByteBuffer

    let settings: ConnectionSettings
    let peer: IPAddress
    let isSecure: Bool
    let executor: EventLoopTaskExecutor
    private let arriving: ArrivingBytes

    var context: ChannelHandlerContext?
    var exchange: Exchange?
    var backlog = CircularBuffer<HTTPServerRequestPart>()
    /// Answered once the exchange before it is over; then the connection ends.
    var refusal: (problem: Problem, head: HTTPRequest?)?
    /// Nothing that arrives is looked at any more.
    var isDeaf = false
    var isDraining = false
    var hasInputEnded = false
    var exchangeCount = 0
    var writability: EventLoopPromise<Void>?
    /// The exchange is answered, and the peer has still to take the most of it: until it has, nothing more is answered.
    var isAnswerPending = false

    private var deadline: ReadDeadline
    private var timer = DeadlineTimer()
    private var isBodyPaused = false
    private var isReadPending = false
    private var hasReadHead = false
    /// What follows a request to upgrade has begun to come. It is no HTTP, and lies with the decoder.
    private var isPastUpgrade = false

    init(
        _ settings: ConnectionSettings, peer: IPAddress, isSecure: Bool, arriving: ArrivingBytes,
        eventLoop: any EventLoop
    ) {
        self.settings = settings
        self.peer = peer
        self.isSecure = isSecure
        self.arriving = arriving
        executor = EventLoopTaskExecutor(eventLoop)
        deadline = ReadDeadline(settings.limits, at: eventLoop.now)
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        updateTimer()
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        timer.cancel()
        self.context = nil
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isDeaf else { return }
        let part = unwrapInboundIn(data)
        if case .head = part { hasReadHead = true }
        if exchange?.isRequestComplete == true || !backlog.isEmpty {
            backlog.append(part)
        } else {
            take(part)
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        if exchange == nil, !hasReadHead, !isDeaf {
            changeDeadline { $0.partOfHeadReceived(at: $1) }
        }
        if !hasReadHead, exchange?.isRequestComplete == true, exchange?.asksToUpgrade == true { isPastUpgrade = true }
        hasReadHead = false
        context.fireChannelReadComplete()
    }

    func read(context: ChannelHandlerContext) {
        if mayRead {
            context.read()
        } else {
            isReadPending = true
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard !isDeaf else { return }
        if let error = error as? HTTPParserError {
            let method = error == .invalidMethod ? arriving.unknownMethod : nil
            refuse(.from(error), head: method.map { HTTPRequest(refusedMethod: $0) })
        } else {
            context.close(promise: nil)
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        timer.cancel()
        isDeaf = true
        abandonExchange()
        context.fireChannelInactive()
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if context.channel.isWritable {
            writability?.succeed()
            writability = nil
            if isAnswerPending { finishExchange() }
        }
        context.fireChannelWritabilityChanged()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        case is DrainEvent: drain()
        case ChannelEvent.inputClosed: inputEnded()
        default: context.fireUserInboundEventTriggered(event)
        }
    }

    /// The peer's exchange has no one to be answered to.
    private func abandonExchange() {
        exchange?.failBody(PeerClosedError())
        exchange?.task?.cancel()
        exchange = nil
        backlog.removeAll()
        writability?.fail(PeerClosedError())
        writability = nil
    }

    private func drain() {
        isDraining = true
        exchange?.keepsAlive = false
        if exchange == nil, !isDeaf { context?.close(promise: nil) }
    }

    /// The peer sends nothing more. It may still read: an answer that will end is finished, one that need not is ended.
    private func inputEnded() {
        hasInputEnded = true
        guard !isDeaf else { return }
        guard let exchange else {
            context?.close(promise: nil)
            return
        }
        self.exchange?.keepsAlive = false
        if exchange.isStreaming, !exchange.isAnswered { context?.close(promise: nil) }
    }
}

extension ConnectionHandler {
    /// Moves the deadline for what the peer has to send.
    func changeDeadline(_ change: (inout ReadDeadline, NIODeadline) -> Void) {
        guard let context else { return }
        change(&deadline, context.eventLoop.now)
        updateTimer()
    }

    private func updateTimer() {
        guard let context, !isDeaf else { return }
        timer.set(deadline.next, on: context.eventLoop) { [weak self] in self?.timerFired() }
    }

    private func timerFired() {
        timer.fired()
        guard let context, !isDeaf else { return }
        switch deadline.expiry(at: context.eventLoop.now) {
        case nil: updateTimer()
        // A browser that opened a connection to have one takes an answer to no request for the answer to its next.
        case .idle, .head(hasBegun: false): context.close(promise: nil)
        case .head(hasBegun: true), .body: refuse(.requestTimeout)
        }
    }

    /// The body's reader has as much as it may have: the socket is not read until it wants more.
    func pauseBody() {
        isBodyPaused = true
        changeDeadline { $0.bodyPaused(at: $1) }
    }

    /// The body's reader wants more, or nothing at all.
    func resumeBody() {
        guard isBodyPaused else { return }
        isBodyPaused = false
        changeDeadline { $0.bodyResumed(at: $1) }
        resumeReading()
    }

    func resumeReading() {
        guard isReadPending, mayRead else { return }
        isReadPending = false
        context?.read()
    }

    /// Only so much is read ahead of an answer as a read of the socket brings: more could be without bound.
    private var mayRead: Bool { backlog.isEmpty && !isBodyPaused && !(isPastUpgrade && exchange != nil) }
}
