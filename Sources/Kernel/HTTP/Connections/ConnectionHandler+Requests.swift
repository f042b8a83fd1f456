import HTTPTypes
import HummingbirdCore
import NIOCore
import NIOHTTP1

extension ConnectionHandler {
    /// Takes the next part of the exchange that is read, or the head that begins one.
    func take(_ part: HTTPServerRequestPart) {
        switch part {
        case .head(let head): begin(head)
        case .body(let piece): receive(piece)
        case .end: completeRequest()
        }
    }

    private func begin(_ parsed: HTTPRequestHead) {
        let head: RequestHead
        do {
            head = try RequestHead(parsed, isSecure: isSecure)
        } catch {
            let method = HTTPRequest.Method(parsed.method.rawValue)
            return refuse(error, head: method.map { HTTPRequest(refusedMethod: $0) })
        }
        let bodyLimit = settings.responder.bodyLimit(head.request) ?? settings.maxBody
        let exchange = nextExchange(head, bodyLimit: bodyLimit)
        if case .length(let length) = head.body, length > bodyLimit {
            return refuse(.payloadTooLarge(limit: bodyLimit), head: head.request)
        }
        self.exchange = exchange
        changeDeadline { $0.headCompleted(hasBody: head.body != .none, at: $1) }
        if head.expectsContinue { writeContinue() }
        switch head.body {
        case .none: dispatch(RequestBody(buffer: ByteBuffer()))
        case .length(let length) where length <= settings.limits.collectedBody:
            self.exchange?.intake = .collected(ByteBuffer())
        case .length, .chunked: dispatchStreamed()
        }
    }

    private func nextExchange(_ head: RequestHead, bodyLimit: Int) -> Exchange {
        exchangeCount += 1
        return Exchange(
            number: exchangeCount, head: head.request, isHTTP10: head.isHTTP10,
            keepsAlive: head.keepsAlive && !isDraining && !hasInputEnded, bodyLimit: bodyLimit)
    }

    private func dispatchStreamed() {
        guard let context else { return }
        let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
        let body = StreamedBody { bound.execute { $0.resumeBody() } }
        exchange?.intake = .streamed(body)
        dispatch(body.body)
    }

    private func receive(_ piece: ByteBuffer) {
        guard var exchange else { return }
        exchange.received += piece.readableBytes
        changeDeadline { deadline, _ in deadline.bodyReceived(piece.readableBytes) }
        var keepsUp = true
        if exchange.received > exchange.bodyLimit {
            exchange.failBody(Problem.payloadTooLarge(limit: exchange.bodyLimit))
            exchange.keepsAlive = false
        }
        switch exchange.intake {
        case .collected(var collected) where collected.readableBytes == 0:
            collected = piece
            exchange.intake = .collected(collected)
        case .collected(var collected):
            exchange.intake = .discarded
            collected.writeImmutableBuffer(piece)
            exchange.intake = .collected(collected)
        case .streamed(let body): keepsUp = body.yield(piece)
        case .discarded: break
        }
        self.exchange = exchange
        if !keepsUp { pauseBody() }
    }

    private func completeRequest() {
        guard let intake = exchange?.intake else { return }
        exchange?.isRequestComplete = true
        exchange?.intake = .discarded
        changeDeadline { deadline, _ in deadline.requestCompleted() }
        switch intake {
        case .collected(let body): dispatch(RequestBody(buffer: body))
        case .streamed(let body): body.finish()
        case .discarded: break
        }
    }

    private func dispatch(_ body: RequestBody) {
        guard let head = exchange?.head else { return }
        let (settings, peer, isSecure) = (settings, peer, isSecure)
        answer {
            let client = settings.proxies.client(of: head.headerFields, peer: peer)
            let info = ConnectionInfo(remoteAddress: client.description, isSecure: isSecure)
            return await settings.responder.respond(Request(head: head, body: body), info)
        }
    }

    /// Has `respond` make the exchange's answer, and writes it.
    private func answer(with respond: @escaping @Sendable () async -> Response) {
        guard let context, let exchange else { return }
        let connection = NIOLoopBound(self, eventLoop: context.eventLoop)
        let (number, isHead) = (exchange.number, exchange.head.method == .head)
        // The channel's callbacks are synchronous, and no task of theirs is there to be the parent. It is cancelled with the channel.
        self.exchange?.task = Task(executorPreference: executor) {
            let response = await respond()
            guard isHead || response.body.contentLength != nil else {
                return connection.execute { $0.stream(response, exchange: number) }
            }
            await ConnectionResponse(connection, exchange: number, isHead: isHead).send(response)
        }
    }

    /// Writes an answer of unknown length in a task of its own: it may go on for hours, and the memory of the task that made the
    /// answer, as large as its deepest chain of calls, goes back at once.
    private func stream(_ response: Response, exchange number: Int) {
        guard let context, exchange?.number == number else { return }
        let connection = NIOLoopBound(self, eventLoop: context.eventLoop)
        exchange?.task = Task(executorPreference: executor) {
            await ConnectionResponse(connection, exchange: number, isHead: false).send(response)
        }
    }

    /// Answers `problem` as the connection's last answer: now, or after the answer that is under way. A request whose body is
    /// being read by the responder is the responder's to answer.
    func refuse(_ problem: Problem, head: HTTPRequest? = nil) {
        guard !isDeaf else { return }
        isDeaf = true
        let isHandedOn = exchange?.task != nil
        if isHandedOn {
            let isBodyAtFault = exchange?.isRequestComplete == false
            exchange?.keepsAlive = false
            exchange?.failBody(problem)
            if !isBodyAtFault { refusal = (problem, head) }
        } else {
            answerRefusal(problem, head: head ?? exchange?.head)
        }
    }

    func answerRefusal(_ problem: Problem, head: HTTPRequest?) {
        exchangeCount += 1
        let (settings, peer, isSecure) = (settings, peer, isSecure)
        exchange = Exchange(
            number: exchangeCount, head: head ?? HTTPRequest(refusedMethod: .unreadable),
            isHTTP10: true, keepsAlive: false, bodyLimit: 0)
        answer {
            let client = settings.proxies.client(of: head?.headerFields ?? HTTPFields(), peer: peer)
            let info = ConnectionInfo(remoteAddress: client.description, isSecure: isSecure)
            return await settings.responder.refuse(problem, head, info)
        }
    }
}

extension NIOLoopBound where Value == ConnectionHandler {
    /// Runs `action` on the connection's event loop, now or soon.
    func execute(_ action: @escaping @Sendable (ConnectionHandler) -> Void) {
        if eventLoop.inEventLoop {
            action(value)
        } else {
            eventLoop.execute { action(value) }
        }
    }
}
