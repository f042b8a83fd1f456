import NIOCore
import NIOPosix

/// Connections to one port of 127.0.0.1 that stay open and listen, and can become more.
final class Audience<Talk: ListenerTalk> {
    /// Opened together: fewer than the server's backlog, so that none waits for a SYN to be sent again.
    private static var together: Int { 100 }

    /// Rung with each piece of news.
    let bell = Bell()
    private let port: Int
    private let group: MultiThreadedEventLoopGroup
    private let receiveBuffer: Int32?
    private var channels: [any Channel] = []

    /// No connections yet.
    ///
    /// - Parameter receiveBuffer: The bytes of each one's SO_RCVBUF, if not the system's.
    init(port: Int, group: MultiThreadedEventLoopGroup, receiveBuffer: Int32? = nil) {
        self.port = port
        self.group = group
        self.receiveBuffer = receiveBuffer
    }

    /// How many are listening.
    var count: Int { channels.count }

    /// Opens connections until there are so many, and returns when the server has let all of them in.
    func grow(to count: Int, _ talk: @escaping @Sendable (Int) -> Talk) throws {
        while channels.count < count {
            let numbers = channels.count..<min(count, channels.count + Self.together)
            let connecting = numbers.map { connect(talk($0)) }
            for connection in connecting { channels.append(try connection.wait()) }
            let opening = channels[numbers].map { channel in
                onLoop(channel) { $0.open($1) }
            }
            for listener in opening { try listener.wait() }
        }
    }

    /// Stops reading, or goes on.
    func read(_ isReading: Bool) throws {
        for channel in channels { try channel.setOption(.autoRead, value: isReading).wait() }
    }

    /// Closes all connections and waits until they are.
    func close() throws {
        for channel in channels {
            try onLoop(channel) { listener, context in
                listener.close(context)
                return context.eventLoop.makeSucceededVoidFuture()
            }.recover { _ in }.wait()  // one that has ended already has no handler any more
        }
        for channel in channels { try channel.closeFuture.wait() }
        channels = []
    }

    private func connect(_ talk: Talk) -> EventLoopFuture<any Channel> {
        let bell = bell
        var bootstrap = ClientBootstrap(group: group)
            .channelOption(.socketOption(.tcp_nodelay), value: 1)
            .channelOption(
                .recvAllocator, value: AdaptiveRecvByteBufferAllocator(minimum: 256, initial: 512, maximum: 65536)
            )
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(ListeningConnection(talk, bell: bell))
                }
            }
        if let receiveBuffer {
            bootstrap = bootstrap.channelOption(.socketOption(.so_rcvbuf), value: .init(receiveBuffer))
        }
        return bootstrap.connect(host: "127.0.0.1", port: port)
    }

    private func onLoop(
        _ channel: any Channel,
        _ body: @escaping @Sendable (ListeningConnection<Talk>, ChannelHandlerContext) -> EventLoopFuture<Void>
    ) -> EventLoopFuture<Void> {
        channel.eventLoop.flatSubmit {
            do {
                let operations = channel.pipeline.syncOperations
                let context = try operations.context(handlerType: ListeningConnection<Talk>.self)
                return body(try operations.handler(type: ListeningConnection<Talk>.self), context)
            } catch {
                return channel.eventLoop.makeFailedFuture(error)
            }
        }
    }
}
