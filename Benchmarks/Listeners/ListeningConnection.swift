import NIOCore

/// One connection that stays open, says what it must and reports what it hears.
final class ListeningConnection<Talk: ListenerTalk>: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private var talk: Talk
    private let bell: Bell
    private var received = ByteBuffer()
    private var ready: EventLoopPromise<Void>?
    private var hasOpened = false
    private var isClosing = false

    init(_ talk: Talk, bell: Bell) {
        self.talk = talk
        self.bell = bell
    }

    /// Sends the opening; succeeds once the server has let the listener in.
    func open(_ context: ChannelHandlerContext) -> EventLoopFuture<Void> {
        let promise = context.eventLoop.makePromise(of: Void.self)
        ready = promise
        hasOpened = true
        context.writeAndFlush(wrapOutboundOut(talk.opening), promise: nil)
        return promise.futureResult
    }

    /// From now on the end of the connection is no failure.
    func close(_ context: ChannelHandlerContext) {
        isClosing = true
        context.close(promise: nil)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var bytes = unwrapInboundIn(data)
        do {
            // Most of what comes is whole: only a remainder is kept, so that an idle listener holds no memory.
            if received.readableBytes > 0 {
                received.writeBuffer(&bytes)
                bytes = received
            }
            let heard = try talk.receive(&bytes)
            received = bytes.readableBytes > 0 ? bytes : ByteBuffer()
            if let reply = heard.reply { context.writeAndFlush(wrapOutboundOut(reply), promise: nil) }
            if heard.isReady {
                ready?.succeed(())
                ready = nil
            }
            if heard.news > 0 { bell.ring(heard.news) }
        } catch {
            errorCaught(context: context, error: error)
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        guard !isClosing, hasOpened else { return }
        errorCaught(context: context, error: BenchmarkError("the server closed a listener's connection"))
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        ready?.fail(error)
        ready = nil
        bell.fail(error)
        close(context)
    }
}
