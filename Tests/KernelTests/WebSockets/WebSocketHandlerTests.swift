import NIOCore
import NIOEmbedded
import NIOWebSocket
import Synchronization
import Testing

@testable import Kernel

@Suite("A WebSocket's handler on a clock of the test's own")
struct WebSocketHandlerTests {
    private let session = JournalingSession()

    private func open(_ limits: WebSocketLimits = WebSocketLimits()) throws -> EmbeddedChannel {
        let channel = EmbeddedChannel()
        let handler = WebSocketHandler(
            WebSocketUpgrade(session: session, limits: limits), drainTimeout: .seconds(2), eventLoop: channel.eventLoop)
        try channel.pipeline.syncOperations.addHandler(handler)
        try channel.connect(to: SocketAddress(ipAddress: "192.0.2.1", port: 1)).wait()
        handler.open()
        return channel
    }

    /// The opcodes of what was written.
    private func written(_ channel: EmbeddedChannel) throws -> [WebSocketOpcode] {
        var opcodes: [WebSocketOpcode] = []
        while let frame = try channel.readOutbound(as: WebSocketFrame.self) { opcodes.append(frame.opcode) }
        return opcodes
    }

    @Test("a silent peer is pinged once and cut")
    func silent() throws {
        let channel = try open()
        channel.embeddedEventLoop.advanceTime(by: .seconds(29))
        #expect(try written(channel) == [])
        channel.embeddedEventLoop.advanceTime(by: .seconds(2))
        #expect(try written(channel) == [.ping])
        channel.embeddedEventLoop.advanceTime(by: .seconds(28))
        #expect(channel.isActive)
        channel.embeddedEventLoop.advanceTime(by: .seconds(2))
        #expect(!channel.isActive)
        #expect(session.entries == ["opened", "closed"])
    }

    @Test("one that answers its pings stays")
    func alive() throws {
        let channel = try open()
        for _ in 0..<10 {
            channel.embeddedEventLoop.advanceTime(by: .seconds(30))
            #expect(try written(channel) == [.ping])
            try channel.writeInbound(WebSocketFrame.client(10))
        }
        #expect(channel.isActive)
    }

    @Test("part of a frame is a sign of life")
    func partOfFrame() throws {
        let channel = try open()
        for _ in 0..<4 {
            channel.embeddedEventLoop.advanceTime(by: .seconds(40))
            channel.pipeline.fireChannelReadComplete()
        }
        #expect(channel.isActive)
    }

    @Test("a close that is not answered ends with a cut")
    func unanswered() throws {
        let channel = try open()
        session.socket?.close(.normal)
        #expect(try written(channel) == [.connectionClose])
        channel.embeddedEventLoop.advanceTime(by: .seconds(9))
        try channel.writeInbound(WebSocketFrame.text("more"))
        #expect(channel.isActive)
        channel.embeddedEventLoop.advanceTime(by: .seconds(2))
        #expect(!channel.isActive)
        #expect(session.entries == ["opened", "closed"])
    }

    @Test("pings without end, while the peer takes nothing, leave one pong owed: the last")
    func pingFlood() throws {
        let channel = try open()
        channel.isWritable = false
        for number in 0..<5000 { try channel.writeInbound(WebSocketFrame.client(9, Array("\(number)".utf8))) }
        #expect(try written(channel) == [])
        channel.isWritable = true
        channel.pipeline.fireChannelWritabilityChanged()
        let pong = try #require(try channel.readOutbound(as: WebSocketFrame.self))
        #expect(pong.opcode == .pong && String(buffer: pong.data) == "4999")
        #expect(try written(channel) == [])
        #expect(session.entries == ["opened", "writable"])
    }

    @Test("a closing socket is not writable, and drops what is sent")
    func dropped() throws {
        let channel = try open()
        let socket = try #require(session.socket)
        #expect(socket.isWritable)
        socket.close(.normal)
        #expect(!socket.isWritable)
        socket.send(text: "late")
        socket.close(.goingAway)
        #expect(try written(channel) == [.connectionClose])
    }

    @Test(
        "a peer that does not answer the close frame of a server that stops has two seconds, also in the middle of a close"
    )
    func drained() throws {
        for isClosing in [false, true] {
            let channel = try open()
            if isClosing { session.socket?.close(.normal) }
            channel.pipeline.fireUserInboundEventTriggered(DrainEvent())
            channel.embeddedEventLoop.advanceTime(by: .milliseconds(1900))
            #expect(channel.isActive)
            #expect(try written(channel) == [.connectionClose])
            channel.embeddedEventLoop.advanceTime(by: .milliseconds(200))
            #expect(!channel.isActive)
        }
    }

    @Test("the session is not called from within its own calls")
    func notReentrant() throws {
        let order = Mutex<[String]>([])
        let session = NestedSession { event in order.withLock { $0.append(event) } }
        let channel = EmbeddedChannel()
        let handler = WebSocketHandler(
            WebSocketUpgrade(session: session, limits: WebSocketLimits()), drainTimeout: .seconds(2),
            eventLoop: channel.eventLoop)
        // Below the handler: a socket that is writable again, and then gone, while something is written to it.
        try channel.pipeline.syncOperations.addHandlers([FickleSocket(), handler])
        try channel.connect(to: SocketAddress(ipAddress: "192.0.2.1", port: 1)).wait()
        handler.open()
        #expect(order.withLock { $0 } == ["opened (", ") opened"])
        channel.embeddedEventLoop.run()
        #expect(order.withLock { $0 } == ["opened (", ") opened", "closed"])
    }

    @Test("once it is over, nothing is left that holds the session")
    func released() throws {
        weak var released: JournalingSession?
        var socket: WebSocket?
        do {
            let session = JournalingSession()
            released = session
            let channel = EmbeddedChannel()
            let upgrade = WebSocketUpgrade(session: session, limits: WebSocketLimits())
            let handler = WebSocketHandler(upgrade, drainTimeout: .seconds(2), eventLoop: channel.eventLoop)
            try channel.pipeline.syncOperations.addHandler(handler)
            try channel.connect(to: SocketAddress(ipAddress: "192.0.2.1", port: 1)).wait()
            handler.open()
            socket = session.socket
            try channel.close().wait()
        }
        #expect(released == nil)
        #expect(socket?.isWritable == false)
    }
}

/// Sends from within ``opened(_:)``.
private final class NestedSession: WebSocketSession {
    private let note: @Sendable (String) -> Void

    init(note: @escaping @Sendable (String) -> Void) {
        self.note = note
    }

    func opened(_ socket: WebSocket) {
        note("opened (")
        socket.send(text: "a")
        note(") opened")
    }

    func received(_ message: WebSocketMessage) { note("received") }
    func writable() { note("writable") }
    func closed() { note("closed") }
}

private final class FickleSocket: ChannelOutboundHandler {
    typealias OutboundIn = WebSocketFrame

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        context.fireChannelWritabilityChanged()
        context.close(promise: nil)
    }
}
