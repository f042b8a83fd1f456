import NIOCore
import NIOHTTP1
import NIOPosix

/// The least that a SwiftNIO server can do for a request: decode it, encode an answer of a few bytes, flush.
enum BareServer {
    /// Listens on 127.0.0.1 with an event loop for each core, as the server does.
    static func listen(port: Int) throws -> any Channel {
        try ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.backlog, value: 256)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline()
                    try channel.pipeline.syncOperations.addHandler(BareAnswer(allocator: channel.allocator))
                }
            }
            .childChannelOption(.socketOption(.tcp_nodelay), value: 1)
            .bind(host: "127.0.0.1", port: port)
            .wait()
    }
}

/// Answers `{"status":"ok"}` to anything.
private final class BareAnswer: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private let body: ByteBuffer
    private let head: HTTPResponseHead

    init(allocator: ByteBufferAllocator) {
        body = allocator.buffer(string: #"{"status":"ok"}"#)
        let fields = [("Content-Type", "application/json"), ("Content-Length", String(body.readableBytes))]
        head = HTTPResponseHead(version: .http1_1, status: .ok, headers: HTTPHeaders(fields))
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard case .end = unwrapInboundIn(data) else { return }
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        context.write(wrapOutboundOut(.body(.byteBuffer(body))), promise: nil)
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }
}
