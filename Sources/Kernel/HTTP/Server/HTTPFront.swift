public import CoreMetrics
public import HummingbirdCore
public import Logging
import NIOCore
import NIOHTTP1
import NIOPosix
public import ServiceLifecycle

/// The server between the sockets and a responder: HTTP/1.1 and 1.0, its limits, deadlines and drain (spec: security.md, "HTTP").
///
/// A front of our own over NIO's parser, with HummingbirdCore's `Request` and `Response` as its vocabulary: Hummingbird's
/// `HTTP1Channel` gives no hold on a request that waits unread, an answer that no one takes, or a connection that must go at a
/// deadline, and its async channel costs as much as a request's whole work.
public final class HTTPFront: Service {
    private let config: ServerConfig
    private let logger: Logger
    private let settings: ConnectionSettings
    private let registry: ConnectionRegistry
    private let refuser = ConnectionRefuser()
    private let port = BoundPort()
    private let stopSignal = AsyncStream<Void>.makeStream()

    /// A front that listens once it is run.
    ///
    /// - Parameters:
    ///   - config: The socket, the limits and the time-outs.
    ///   - logger: Where the front's own life is logged; requests are the responder's to log.
    ///   - metrics: Where the connections that it cuts or refuses are counted.
    ///   - responder: What answers.
    public convenience init(
        config: ServerConfig, logger: Logger, metrics: any MetricsFactory = NOOPMetricsHandler.instance,
        responder: Responder
    ) {
        let settings = ConnectionSettings(config, responder: responder, logger: logger, metrics: metrics)
        self.init(config: config, logger: logger, settings: settings)
    }

    /// A front whose refusals are problems as they stand, and whose bodies all have the configured limit.
    public convenience init(
        config: ServerConfig, logger: Logger,
        respond: @escaping @Sendable (Request, ConnectionInfo) async -> Response
    ) {
        self.init(config: config, logger: logger, responder: Responder(respond: respond))
    }

    init(config: ServerConfig, logger: Logger, settings: ConnectionSettings) {
        self.config = config
        self.logger = logger
        self.settings = settings
        registry = ConnectionRegistry(
            maxConnections: config.maxConnections, maxPerAddress: config.maxConnectionsPerAddress)
    }

    /// The open connections, for `/health`.
    public var openConnections: Int { registry.count }

    /// The port that the front listens on, once it does: with port 0 the one that the system chose.
    ///
    /// - Throws: What ``run()`` throws, where it never comes to listen.
    public func boundPort() async throws -> Int {
        try await port.value
    }

    /// Serves until it is stopped, shut down gracefully or cancelled; then it drains, for `server.shutdownGrace` at most, and not at
    /// all when cancelled.
    ///
    /// - Throws: ``ListenError`` where it cannot listen, `CancellationError` when cancelled.
    public func run() async throws {
        defer { port.resolve(.failure(CancellationError())) }
        let server = try await listen()
        port.resolve(.success(server.localAddress?.port ?? config.port))
        do {
            try await untilStopped()
        } catch {
            await stopListening(server)
            forceClose(registry.beginDrain())
            throw error
        }
        await stopListening(server)
        await drain()
    }

    /// Has ``run()`` drain and return. Safe to call at any time, and again.
    public func stop() {
        stopSignal.continuation.finish()
    }

    private func listen() async throws(ListenError) -> any Channel {
        let door = Door(settings: settings, registry: registry, refuser: refuser)
        let bootstrap = ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .serverChannelOption(.backlog, value: 4096)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try door.open(to: channel) }
            }
        do {
            return try await bootstrap.bind(host: config.host, port: config.port).get()
        } catch {
            let error = ListenError(host: config.host, port: config.port, cause: error)
            port.resolve(.failure(error))
            throw error
        }
    }

    private func untilStopped() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await gracefulShutdown() }
            group.addTask { [stopSignal] in
                for await _ in stopSignal.stream {}
                try Task.checkCancellation()
            }
            try await group.next()
            group.cancelAll()
        }
    }

    private func stopListening(_ server: any Channel) async {
        do {
            try await server.close()
        } catch ChannelError.alreadyClosed {
            // It is closed, as it should be.
        } catch {
            logger.error("the listening socket did not close", metadata: ["error": "\(error)"])
        }
    }

    /// Lets requests in flight finish, and closes what is left when the grace is nearly over.
    private func drain() async {
        for channel in registry.beginDrain() { channel.pipeline.fireUserInboundEventTriggered(DrainEvent()) }
        let grace = config.shutdownGrace
        let margin = min(grace / 10, .milliseconds(500))
        await registry.untilEmpty(for: grace - margin)
        let left = registry.open
        guard !left.isEmpty else { return }
        logger.warning("connections were closed at the end of the grace", metadata: ["connections": "\(left.count)"])
        forceClose(left)
        // Closing takes a moment of each event loop; one that a handler blocks is not waited for.
        await registry.untilEmpty(for: margin / 2)
    }

    private func forceClose(_ channels: [any Channel]) {
        for channel in channels { channel.close(promise: nil) }
    }
}

/// Lets connections in, each on its event loop.
private struct Door: Sendable {
    let settings: ConnectionSettings
    let registry: ConnectionRegistry
    let refuser: ConnectionRefuser

    func open(to channel: any Channel) throws {
        guard let peer = IPAddress(channel.remoteAddress) else { return channel.close(promise: nil) }
        switch registry.admit(channel, from: peer) {
        case .admitted: try channel.pipeline.syncOperations.addConnectionHandlers(settings, peer: peer)
        case .closed: channel.close(promise: nil)
        case .refused(let reason):
            settings.answers.incidents.refused(because: reason, on: channel.eventLoop)
            guard try refuser.refuse(channel, with: reason.problem, settings) else {
                return channel.close(promise: nil)
            }
        }
    }
}

extension ChannelPipeline.SynchronousOperations {
    /// From the socket to the responder. TLS stands before all of them; an upgrade to another protocol takes the place of the last two.
    func addConnectionHandlers(_ settings: ConnectionSettings, peer: IPAddress, isSecure: Bool = false) throws {
        var decoding = NIOHTTPDecoderLimitConfiguration()
        decoding.maxHeaderFieldSize = settings.limits.maxHeader
        decoding.maxHeaderListSize = settings.limits.maxHeader
        decoding.maxHeaderFieldCount = settings.limits.maxHeaderFields
        try addHandler(BacklogHandler(settings.limits, memory: settings.answers))
        try addHandler(LingeringCloseHandler(settings.limits))
        let arriving = ArrivingBytes()
        try addHandler(arriving)
        try addHandler(
            ByteToMessageHandler(
                HTTPRequestDecoder(leftOverBytesStrategy: .forwardBytes, limitConfiguration: decoding)))
        try addHandler(
            ConnectionHandler(settings, peer: peer, isSecure: isSecure, arriving: arriving, eventLoop: eventLoop))
    }
}
