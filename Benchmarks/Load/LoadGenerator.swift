import NIOCore
import NIOPosix

/// Keep-alive connections to one port of 127.0.0.1, each in a closed loop of its own: bounded in number, requests and time.
struct LoadGenerator<Talk: Conversation> {
    private let channels: [any Channel]

    /// Opens the connections, which stay silent until they are driven.
    init(
        port: Int, connections: Int, group: MultiThreadedEventLoopGroup,
        _ conversation: @escaping @Sendable (Int) -> Talk
    ) throws {
        var opened: [any Channel] = []
        for number in 0..<connections {
            let bootstrap = ClientBootstrap(group: group)
                .channelOption(.socketOption(.tcp_nodelay), value: 1)
                .channelOption(
                    .recvAllocator,
                    value: AdaptiveRecvByteBufferAllocator(minimum: 1024, initial: 4096, maximum: 262_144)
                )
                .channelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        let connection = LoadConnection(conversation(number), allocator: channel.allocator)
                        try channel.pipeline.syncOperations.addHandler(connection)
                    }
                }
            do {
                opened.append(try bootstrap.connect(host: "127.0.0.1", port: port).wait())
            } catch {
                for channel in opened { channel.close(promise: nil) }
                throw error
            }
        }
        channels = opened
    }

    /// Keeps all connections busy for so long, and gives what they did together.
    ///
    /// - Throws: the first wrong answer or lost connection.
    func drive(for time: TimeAmount, atMost requests: Int = 50_000_000) throws -> LoadTally {
        let deadline = NIODeadline.now() + time
        let limit = max(1, requests / channels.count)
        let stretches = channels.map { channel in
            channel.eventLoop.flatSubmit {
                do {
                    let operations = channel.pipeline.syncOperations
                    let context = try operations.context(handlerType: LoadConnection<Talk>.self)
                    return try operations.handler(type: LoadConnection<Talk>.self)
                        .run(until: deadline, limit: limit, context: context)
                } catch {
                    return channel.eventLoop.makeFailedFuture(error)
                }
            }
        }
        var total = LoadTally()
        for tally in try stretches.map({ try $0.wait() }) { total.add(tally) }
        return total
    }

    /// Closes the connections and waits until they are.
    func close() throws {
        let closings = channels.map { $0.close() }
        for closing in closings {
            do { try closing.wait() } catch ChannelError.alreadyClosed {}
        }
    }
}
