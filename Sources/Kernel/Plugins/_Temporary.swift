public import HummingbirdCore
public import Logging
public import NIOCore
import NIOPosix
import ServiceLifecycle
import Synchronization
struct HTTPFront: Service {
    let config: ServerConfig; let logger: Logger
    let respond: @Sendable (Request, ConnectionInfo) async -> Response
    let stream: AsyncStream<Int>; let cont: AsyncStream<Int>.Continuation
    init(config: ServerConfig, logger: Logger, respond: @escaping @Sendable (Request, ConnectionInfo) async -> Response) {
        self.config = config; self.logger = logger; self.respond = respond
        (stream, cont) = AsyncStream.makeStream()
    }
    func run() async throws {
        let respond = self.respond
        let channel = HTTP1Channel(responder: { request, writer, channel in
            let response = await respond(request, ConnectionInfo(remoteAddress: "127.0.0.1"))
            let bw = try await writer.writeHead(response.head); try await response.body.write(bw)
        })
        let cont = self.cont
        try await Server(childChannelSetup: channel, configuration: .init(address: .hostname(config.host, port: config.port)), onServerRunning: { ch in cont.yield(ch.localAddress?.port ?? 0) }, eventLoopGroup: MultiThreadedEventLoopGroup.singleton, logger: logger).run()
    }
    func boundPort() async throws -> Int { for await p in stream { return p }; throw CancellationError() }
    var openConnections: Int { 0 }
}
extension Request { public func collectBody(limit: Int) async throws -> ByteBuffer { try await body.collect(upTo: limit) } }
public enum ServerLog { public static func handler(label: String, config: LogConfig) -> any LogHandler { StreamLogHandler.standardError(label: label) } }
