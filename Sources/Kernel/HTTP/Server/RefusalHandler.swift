import HummingbirdCore
import NIOCore

/// Answers whatever a connection begins with by a problem, and closes it. Who sends nothing gets nothing: a browser that opened a
/// connection to have one would take an answer to no request for the answer to its next.
final class RefusalHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let problem: Problem
    private let settings: ConnectionSettings
    private let patienceEnd: NIODeadline
    private var timer = DeadlineTimer()
    private var hasAnswered = false

    init(_ problem: Problem, _ settings: ConnectionSettings, at now: NIODeadline) {
        self.problem = problem
        self.settings = settings
        patienceEnd = now + settings.limits.lingerTime
    }

    func handlerAdded(context: ChannelHandlerContext) {
        timer.set(patienceEnd, on: context.eventLoop) {
            self.timer.fired()
            context.close(promise: nil)
        }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !hasAnswered else { return }
        hasAnswered = true
        timer.cancel()
        let isHead = unwrapInboundIn(data).readableBytesView.starts(with: "HEAD ".utf8)
        context.writeAndFlush(wrapOutboundOut(answer(isHead: isHead)), promise: nil)
        context.triggerUserOutboundEvent(LingeringClose(), promise: nil)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case .inputClosed? = event as? ChannelEvent, !hasAnswered { context.close(promise: nil) }
        context.fireUserInboundEventTriggered(event)
    }

    func channelInactive(context: ChannelHandlerContext) {
        timer.cancel()
        context.fireChannelInactive()
    }

    private func answer(isHead: Bool) -> ByteBuffer {
        let id = RequestID()
        let (head, body) = (problem.response(requestID: id).head, problem.json(requestID: id))
        var buffer = ByteBuffer()
        let framing: ResponseFraming = isHead ? .bodiless : .length(body.readableBytes)
        buffer.writeHead(head, framing: framing, connection: "close", date: settings.date.text)
        if !isHead { buffer.writeImmutableBuffer(body) }
        return buffer
    }
}
