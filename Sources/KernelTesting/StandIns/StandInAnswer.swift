import NIOCore
import NIOHTTP1

/// What a ``StandInService`` answers, well or badly.
public enum StandInAnswer: Sendable {
    /// 200 with a JSON document.
    case json(String)
    /// Any status, with a body.
    case status(Int, body: String = "")
    /// 302 to another address, with a body that looks like an answer.
    case redirect(to: String, body: String = "")
    /// 200 with so many bytes, their number announced.
    case oversized(Int)
    /// 200 with bytes that never end, their number not announced.
    case endless
    /// 200 that announces more than it sends before it closes.
    case truncated(String)
    /// 200 whose body begins and never goes on.
    case dripping(String)
    /// The request is read, and nothing answered.
    case silent
    /// The connection is closed without an answer.
    case hangUp
    /// Bytes that are not HTTP.
    case garbage

    /// Writes the answer to a connection.
    func write(to context: ChannelHandlerContext) {
        switch self {
        case .json(let text): whole(200, ["content-type": "application/json"], text, to: context)
        case .status(let code, let body): whole(code, [:], body, to: context)
        case .redirect(let target, let body): whole(302, ["location": target], body, to: context)
        case .oversized(let count): whole(200, [:], String(repeating: " ", count: count), to: context)
        case .endless:
            head(200, [:], to: context)
            flood(NIOLoopBound(context, eventLoop: context.eventLoop))
        case .truncated(let text):
            head(200, ["content-length": "\(text.utf8.count + 1000)"], to: context)
            let isSent = context.eventLoop.makePromise(of: Void.self)
            body(text, to: context, promise: isSent)
            let bound = NIOLoopBound(context, eventLoop: context.eventLoop)
            isSent.futureResult.whenComplete { _ in bound.value.close(promise: nil) }
        case .dripping(let text):
            head(200, [:], to: context)
            body(text, to: context)
        case .silent: break
        case .hangUp: context.close(promise: nil)
        case .garbage: raw("NOT HTTP AT ALL\r\n\r\n", to: context)
        }
    }

    /// Past the encoder, which would refuse it.
    private func raw(_ text: String, to context: ChannelHandlerContext) {
        do {
            let encoder = try context.pipeline.syncOperations.context(handlerType: HTTPResponseEncoder.self)
            encoder.writeAndFlush(NIOAny(ByteBuffer(string: text)), promise: nil)
        } catch {
            context.close(promise: nil)
        }
    }

    private func whole(_ status: Int, _ headers: HTTPHeaders, _ text: String, to context: ChannelHandlerContext) {
        var headers = headers
        headers.add(name: "content-length", value: "\(text.utf8.count)")
        head(status, headers, to: context)
        body(text, to: context)
        context.writeAndFlush(StandInAnswer.wrap(.end(nil)), promise: nil)
    }

    private func head(_ status: Int, _ headers: HTTPHeaders, to context: ChannelHandlerContext) {
        let head = HTTPResponseHead(
            version: .http1_1, status: HTTPResponseStatus(statusCode: status), headers: headers)
        context.writeAndFlush(StandInAnswer.wrap(.head(head)), promise: nil)
    }

    private func body(_ text: String, to context: ChannelHandlerContext, promise: EventLoopPromise<Void>? = nil) {
        context.writeAndFlush(StandInAnswer.wrap(.body(.byteBuffer(ByteBuffer(string: text)))), promise: promise)
    }

    /// Chunks, until the other side closes.
    private func flood(_ context: NIOLoopBound<ChannelHandlerContext>) {
        let chunk = ByteBuffer(repeating: UInt8(ascii: " "), count: 32 * 1024)
        context.value.writeAndFlush(StandInAnswer.wrap(.body(.byteBuffer(chunk)))).whenSuccess { flood(context) }
    }

    private static func wrap(_ part: HTTPServerResponsePart) -> NIOAny { NIOAny(part) }
}
