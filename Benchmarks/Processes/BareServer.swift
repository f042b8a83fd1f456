import NIOCore
import NIOHTTP1
import NIOPosix
import NIOWebSocket

/// The least that a SwiftNIO server can do for a request: decode it, encode an answer of a few bytes, flush; and for a listener: hold it.
enum BareServer {
    /// What it answers where nothing else is said.
    static let health = #"{"status":"ok"}"#

    /// Listens on 127.0.0.1 with an event loop for each core, as the server does.
    ///
    /// - Parameters:
    ///   - withSockets: Whether a request may ask for a WebSocket, which costs every connection a handler more.
    ///   - answer: The JSON that every request is answered.
    static func listen(port: Int, withSockets: Bool, answer: String) throws -> any Channel {
        try ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.backlog, value: 256)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let operations = channel.pipeline.syncOperations
                    try operations.configureHTTPServerPipeline(withServerUpgrade: withSockets ? Self.upgrade : nil)
                    try operations.addHandler(BareAnswer(answer, allocator: channel.allocator))
                }
            }
            .childChannelOption(.socketOption(.tcp_nodelay), value: 1)
            .bind(host: "127.0.0.1", port: port)
            .wait()
    }

    private static var upgrade: NIOHTTPServerUpgradeConfiguration {
        let upgrader = NIOWebSocketServerUpgrader(
            shouldUpgrade: { channel, _ in channel.eventLoop.makeSucceededFuture([:]) },
            upgradePipelineHandler: { channel, _ in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(BareSocket())
                }
            })
        return (
            upgraders: [upgrader],
            completionHandler: { context in
                let operations = context.pipeline.syncOperations
                // Without it there is nothing to remove.
                guard let answer = try? operations.context(handlerType: BareAnswer.self) else { return }
                operations.removeHandler(context: answer, promise: nil)
            }
        )
    }
}

/// Answers the same JSON to anything, but to a question for the spaces of `u-bench-7` that they are a member of `space-home-7`, and to a stream the beginning of a body that does not end.
private final class BareAnswer: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private let body: ByteBuffer
    private let head: HTTPResponseHead
    private var isStream = false
    private var asked: ByteBuffer?

    init(_ answer: String, allocator: ByteBufferAllocator) {
        body = allocator.buffer(string: answer)
        let fields = [("Content-Type", "application/json"), ("Content-Length", String(body.readableBytes))]
        head = HTTPResponseHead(version: .http1_1, status: .ok, headers: HTTPHeaders(fields))
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let request):
            isStream = request.uri.contains("/stream")
            asked = Self.memberships(askedBy: request.uri)
        case .body: break
        case .end: isStream ? begin(context) : answer(context)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }

    private static func memberships(askedBy uri: String) -> ByteBuffer? {
        let parts = uri.split(separator: "/")
        guard parts.last == "memberships", let user = parts.dropLast().last,
            let number = user.split(separator: "-").last
        else { return nil }
        return ByteBuffer(
            string: #"{"userId":"\#(user)","memberships":[{"organizationId":"space-home-\#(number)","role":"member"}]}"#
        )
    }

    private func answer(_ context: ChannelHandlerContext) {
        var (head, body) = (head, body)
        if let asked {
            body = asked
            head.headers.replaceOrAdd(name: "Content-Length", value: String(asked.readableBytes))
        }
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        context.write(wrapOutboundOut(.body(.byteBuffer(body))), promise: nil)
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
    }

    private func begin(_ context: ChannelHandlerContext) {
        let fields: HTTPHeaders = ["Content-Type": "text/event-stream", "Transfer-Encoding": "chunked"]
        context.write(
            wrapOutboundOut(.head(HTTPResponseHead(version: .http1_1, status: .ok, headers: fields))), promise: nil)
        context.writeAndFlush(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(string: ":\n\n")))), promise: nil)
    }
}

/// Takes any text for an authentication, and answers pings.
private final class BareSocket: ChannelInboundHandler {
    typealias InboundIn = WebSocketFrame
    typealias OutboundOut = WebSocketFrame

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let frame = unwrapInboundIn(data)
        switch frame.opcode {
        case .text:
            let answer = WebSocketFrame(fin: true, opcode: .text, data: ByteBuffer(string: #"{"type":"auth-ok"}"#))
            context.writeAndFlush(wrapOutboundOut(answer), promise: nil)
        case .ping:
            let answer = WebSocketFrame(fin: true, opcode: .pong, data: frame.unmaskedData)
            context.writeAndFlush(wrapOutboundOut(answer), promise: nil)
        default:
            context.close(promise: nil)
        }
    }
}
