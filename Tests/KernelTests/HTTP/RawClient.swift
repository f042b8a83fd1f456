import NIOCore
import NIOPosix
import Synchronization

/// A client that sends bytes as they are and shows what comes back as it is.
final class RawClient: Sendable {
    private let channel: any Channel
    private let inbox: Inbox

    private init(_ channel: any Channel, _ inbox: Inbox) {
        self.channel = channel
        self.inbox = inbox
    }

    /// - Parameter reads: Whether it takes what the server sends; if not, the server's socket fills up.
    static func connect(to port: Int, reads: Bool = true) async throws -> RawClient {
        let inbox = Inbox()
        let channel = try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .channelOption(.allowRemoteHalfClosure, value: true)
            .channelOption(.autoRead, value: reads)
            .channelOption(.socketOption(.so_rcvbuf), value: reads ? 1 << 20 : 4096)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(InboxHandler(inbox))
                }
            }
            .connect(host: "127.0.0.1", port: port).get()
        return RawClient(channel, inbox)
    }

    func send(_ text: String) async throws {
        try await send(ByteBuffer(string: text))
    }

    func send(_ bytes: ByteBuffer) async throws {
        try await channel.writeAndFlush(bytes).get()
    }

    /// Sends and goes on: for a peer that may not take it.
    func post(_ bytes: ByteBuffer) {
        channel.writeAndFlush(bytes, promise: nil)
    }

    /// For a client that was connected without.
    func startReading() async throws {
        try await channel.setOption(.autoRead, value: true).get()
    }

    func closeOutput() async throws {
        try await channel.close(mode: .output).get()
    }

    func close() async {
        channel.close(promise: nil)
        await inbox.untilEnd()
    }

    /// All that the server sends until it closes, or the connection breaks.
    func answerUntilClose() async -> String {
        await inbox.untilEnd()
        return inbox.text
    }

    /// What the server has sent once it contains `marker`, or has ended.
    func answer(containing marker: String) async -> String {
        await inbox.until { $0.contains(marker) }
        return inbox.text
    }

    /// All that the server has sent.
    var received: ByteBuffer { inbox.bytes }

    /// Whether the end was a reset or another error.
    var wasReset: Bool { inbox.wasReset }
}

/// What a client has received.
final class Inbox: Sendable {
    private struct State {
        var bytes = ByteBuffer()
        var hasEnded = false
        var wasReset = false
        var waiters: [(condition: @Sendable (String) -> Bool, continuation: CheckedContinuation<Void, Never>)] = []
    }

    private let state = Mutex(State())

    var bytes: ByteBuffer { state.withLock { $0.bytes } }
    var text: String { state.withLock { String(buffer: $0.bytes) } }
    var wasReset: Bool { state.withLock { $0.wasReset } }

    func untilEnd() async {
        await until { _ in false }
    }

    func until(_ condition: @escaping @Sendable (String) -> Bool) async {
        await withCheckedContinuation { continuation in
            let isDone = state.withLock { state in
                if state.hasEnded || condition(String(buffer: state.bytes)) { return true }
                state.waiters.append((condition, continuation))
                return false
            }
            if isDone { continuation.resume() }
        }
    }

    func receive(_ bytes: ByteBuffer) {
        change { $0.bytes.writeImmutableBuffer(bytes) }
    }

    func end(isReset: Bool = false) {
        change {
            $0.hasEnded = true
            if isReset { $0.wasReset = true }
        }
    }

    private func change(_ change: (inout State) -> Void) {
        let ready: [CheckedContinuation<Void, Never>] = state.withLock { state in
            change(&state)
            guard !state.waiters.isEmpty else { return [] }
            let text = String(buffer: state.bytes)
            var ready: [CheckedContinuation<Void, Never>] = []
            var waiting = state.waiters
            waiting.removeAll { waiter in
                guard state.hasEnded || waiter.condition(text) else { return false }
                ready.append(waiter.continuation)
                return true
            }
            state.waiters = waiting
            return ready
        }
        for continuation in ready { continuation.resume() }
    }
}

private final class InboxHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let inbox: Inbox

    init(_ inbox: Inbox) {
        self.inbox = inbox
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        inbox.receive(unwrapInboundIn(data))
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case .inputClosed? = event as? ChannelEvent {
            inbox.end()
            context.close(promise: nil)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        inbox.end(isReset: true)
        context.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        inbox.end()
    }
}
