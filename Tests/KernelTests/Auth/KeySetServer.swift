import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

/// A small HTTP server on 127.0.0.1 that answers each path in its own, mostly bad, way.
final class KeySetServer: Sendable {
    private let channel: any Channel
    private let requests: RequestLog

    /// A server whose `/keys` is `document`.
    init(document: [UInt8]) async throws {
        let requests = RequestLog()
        self.requests = requests
        channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline()
                    try channel.pipeline.syncOperations.addHandler(Answers(document: document, requests: requests))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
    }

    /// The paths that were asked for.
    var paths: [String] { requests.paths.withLock { $0 } }

    func url(_ path: String) -> String {
        "http://127.0.0.1:\(channel.localAddress?.port ?? 0)\(path)"
    }

    func close() async throws {
        try await channel.close()
    }
}

private final class RequestLog: Sendable {
    let paths = Mutex<[String]>([])
}

private final class Answers: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private let document: [UInt8]
    private let requests: RequestLog

    init(document: [UInt8], requests: RequestLog) {
        self.document = document
        self.requests = requests
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard case .head(let head) = unwrapInboundIn(data) else { return }
        requests.paths.withLock { $0.append(head.uri) }
        switch head.uri {
        case "/keys": answer(context, .ok, body: document)
        case "/redirect": answer(context, .found, ["location": "/keys"], body: document)
        case "/moved": answer(context, .permanentRedirect, ["location": "/keys"])
        case "/broken": answer(context, .internalServerError, body: document)
        case "/empty": answer(context, .noContent)
        case "/limit": answer(context, .ok, body: padded(to: 256 * 1024))
        case "/large": answer(context, .ok, body: padded(to: 256 * 1024 + 1))
        case "/endless": flood(context)
        case "/dripping": answer(context, .ok, body: [0x20], ends: false)
        case "/cut":
            answer(context, .ok, ["content-length": "1000"], body: document, ends: false)
            context.close(promise: nil)
        default: break
        }
    }

    private func padded(to count: Int) -> [UInt8] {
        document + [UInt8](repeating: 0x20, count: count - document.count)
    }

    private func answer(
        _ context: ChannelHandlerContext, _ status: HTTPResponseStatus, _ headers: HTTPHeaders = [:],
        body: [UInt8] = [],
        ends: Bool = true
    ) {
        context.write(wrapOutboundOut(.head(.init(version: .http1_1, status: status, headers: headers))), promise: nil)
        context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(bytes: body)))), promise: nil)
        if ends { context.write(wrapOutboundOut(.end(nil)), promise: nil) }
        context.flush()
    }

    /// Chunks without an announced length, until the other side closes.
    private func flood(_ context: ChannelHandlerContext) {
        answer(context, .ok, body: [0x20], ends: false)
        more(NIOLoopBound(context, eventLoop: context.eventLoop))
    }

    private func more(_ context: NIOLoopBound<ChannelHandlerContext>) {
        let part = wrapOutboundOut(.body(.byteBuffer(ByteBuffer(repeating: 0x20, count: 32 * 1024))))
        let this = NIOLoopBound(self, eventLoop: context.value.eventLoop)
        context.value.writeAndFlush(part).whenSuccess { this.value.more(context) }
    }
}
