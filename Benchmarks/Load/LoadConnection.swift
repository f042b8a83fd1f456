import NIOCore

/// One keep-alive connection in a closed loop: the next request goes out when the last answer is complete.
final class LoadConnection<Talk: Conversation>: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// One stretch of the loop.
    private struct Stretch {
        let deadline: NIODeadline
        let limit: Int
        let promise: EventLoopPromise<LoadTally>
        var tally = LoadTally()
    }

    private var conversation: Talk
    private var stretch: Stretch?
    private var request: ByteBuffer
    private var received: ByteBuffer
    private var sentAt = NIODeadline.now()

    init(_ conversation: Talk, allocator: ByteBufferAllocator) {
        self.conversation = conversation
        request = allocator.buffer(capacity: 4096)
        received = allocator.buffer(capacity: 65536)
    }

    /// Sends requests until the deadline has passed or the limit is reached, and gives the tally when the last answer is in.
    ///
    /// It fails with the first wrong answer, when the connection ends, and when no answer came half a minute past the deadline.
    func run(until deadline: NIODeadline, limit: Int, context: ChannelHandlerContext) -> EventLoopFuture<LoadTally> {
        let promise = context.eventLoop.makePromise(of: LoadTally.self)
        stretch = Stretch(deadline: deadline, limit: limit, promise: promise)
        let patience = context.eventLoop.scheduleTask(deadline: deadline + .seconds(30)) {
            promise.fail(BenchmarkError("a request was not answered within half a minute"))
        }
        promise.futureResult.whenComplete { _ in patience.cancel() }
        sendNext(context)
        return promise.futureResult
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var bytes = unwrapInboundIn(data)
        received.writeBuffer(&bytes)
        do {
            guard try acceptAnswer() else { return }
            goOn(context)
        } catch {
            end(.failure(error))
            context.close(promise: nil)
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        end(.failure(BenchmarkError("the server closed a connection")))
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        end(.failure(error))
        context.close(promise: nil)
    }

    /// Whether the answer is complete. Nothing holds on to its body afterwards, so that the buffer can be used again.
    private func acceptAnswer() throws -> Bool {
        guard let answer = try HTTPAnswer(complete: received) else { return false }
        try conversation.accept(answer)
        return true
    }

    private func goOn(_ context: ChannelHandlerContext) {
        let now = NIODeadline.now()
        stretch?.tally.count(nanoseconds: (now - sentAt).nanoseconds, bytes: received.readableBytes)
        received.clear()
        guard let stretch else { return }
        if now >= stretch.deadline || stretch.tally.requests >= stretch.limit {
            end(.success(stretch.tally))
        } else {
            sendNext(context)
        }
    }

    private func sendNext(_ context: ChannelHandlerContext) {
        request.clear()
        conversation.writeRequest(into: &request)
        sentAt = .now()
        context.writeAndFlush(wrapOutboundOut(request), promise: nil)
    }

    private func end(_ result: Result<LoadTally, any Error>) {
        stretch?.promise.completeWith(result)
        stretch = nil
    }
}
