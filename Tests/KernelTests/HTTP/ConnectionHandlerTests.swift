import HTTPTypes
import HummingbirdCore
import NIOCore
import NIOEmbedded
import Testing

@testable import Kernel

@Suite("A connection's handlers on a clock of the test's own")
struct ConnectionHandlerTests {
    private func connection(_ responder: Responder = .echo) async throws -> NIOAsyncTestingChannel {
        let settings = ConnectionSettings(ServerConfig(), responder: responder, logger: .silent)
        let channel = NIOAsyncTestingChannel()
        try await channel.testingEventLoop.executeInContext {
            let peer = try #require(IPAddress("192.0.2.1"))
            try channel.pipeline.syncOperations.addConnectionHandlers(settings, peer: peer)
        }
        try await channel.connect(to: SocketAddress(ipAddress: "192.0.2.1", port: 1)).get()
        return channel
    }

    @Test("a head may take its ten seconds and no longer")
    func headTimeout() async throws {
        let channel = try await connection()
        try await channel.writeInbound(ByteBuffer(string: "GET / HTTP/1.1\r\n"))
        await channel.testingEventLoop.advanceTime(by: .seconds(9))
        #expect(try await channel.readOutbound(as: ByteBuffer.self) == nil)
        await channel.testingEventLoop.advanceTime(by: .seconds(2))
        let answer = try await channel.waitForOutboundWrite(as: ByteBuffer.self)
        #expect(String(buffer: answer).hasPrefix("HTTP/1.1 408 "))
    }

    @Test("trickled bytes of a later head do not put off its deadline")
    func trickle() async throws {
        let channel = try await connection()
        try await channel.writeInbound(ByteBuffer(string: "GET /a HTTP/1.1\r\nHost: a\r\n\r\n"))
        #expect(String(buffer: try await channel.waitForOutboundWrite(as: ByteBuffer.self)).hasPrefix("HTTP/1.1 200 "))
        await channel.testingEventLoop.advanceTime(by: .seconds(60))
        for byte in "GET / HTTP/" {
            try await channel.writeInbound(ByteBuffer(string: String(byte)))
            await channel.testingEventLoop.advanceTime(by: .seconds(1))
        }
        let answer = try await channel.waitForOutboundWrite(as: ByteBuffer.self)
        #expect(String(buffer: answer).hasPrefix("HTTP/1.1 408 "))
    }

    @Test("the next request waits until the peer has taken the answer to the one before it, which is not idleness")
    func slowReader() async throws {
        let channel = try await connection()
        channel.isWritable = false
        try await channel.writeInbound(
            ByteBuffer(string: "GET /a HTTP/1.1\r\nHost: a\r\n\r\nGET /b HTTP/1.1\r\nHost: a\r\n\r\n"))
        let first = String(buffer: try await channel.waitForOutboundWrite(as: ByteBuffer.self))
        #expect(first.hasSuffix("GET /a a "))
        await channel.testingEventLoop.advanceTime(by: .seconds(121))
        #expect(channel.isActive)
        #expect(try await channel.readOutbound(as: ByteBuffer.self) == nil)
        channel.isWritable = true
        channel.pipeline.fireChannelWritabilityChanged()
        let second = String(buffer: try await channel.waitForOutboundWrite(as: ByteBuffer.self))
        #expect(second.hasSuffix("GET /b a "))
        await channel.testingEventLoop.advanceTime(by: .seconds(121))
        #expect(!channel.isActive)
    }

    @Test("an idle connection goes after two minutes")
    func idle() async throws {
        let channel = try await connection()
        try await channel.writeInbound(ByteBuffer(string: "GET / HTTP/1.1\r\nHost: a\r\n\r\n"))
        _ = try await channel.waitForOutboundWrite(as: ByteBuffer.self)
        await channel.testingEventLoop.advanceTime(by: .seconds(119))
        #expect(channel.isActive)
        await channel.testingEventLoop.advanceTime(by: .seconds(2))
        #expect(!channel.isActive)
    }
}

@Suite("Lingering close")
struct LingeringCloseTests {
    private func lingering(_ change: (inout ConnectionLimits) -> Void = { _ in }) throws -> EmbeddedChannel {
        var limits = ConnectionLimits(ServerConfig())
        change(&limits)
        let channel = EmbeddedChannel(handlers: [HalfClosingSocket(), LingeringCloseHandler(limits)])
        try channel.connect(to: SocketAddress(ipAddress: "192.0.2.1", port: 1)).wait()
        channel.triggerUserOutboundEvent(LingeringClose(), promise: nil)
        channel.flush()
        return channel
    }

    @Test("input is thrown away for two seconds")
    func time() throws {
        let channel = try lingering()
        try channel.writeInbound(ByteBuffer(string: "more"))
        #expect(try channel.readInbound(as: ByteBuffer.self) == nil)
        channel.embeddedEventLoop.advanceTime(by: .milliseconds(1900))
        #expect(channel.isActive)
        channel.embeddedEventLoop.advanceTime(by: .milliseconds(200))
        #expect(!channel.isActive)
    }

    @Test("a body three times as large as bodies may be is thrown away, for its client to finish writing and read")
    func wholeBody() throws {
        let channel = try lingering()
        let piece = ByteBuffer(repeating: 0, count: 1 << 20)
        for _ in 0..<3 * ServerConfig().maxBody.bytes / piece.readableBytes { try channel.writeInbound(piece) }
        #expect(channel.isActive)
    }

    @Test("no more than the limit is thrown away")
    func bytes() throws {
        let channel = try lingering { $0.lingerBytes = 10 }
        try channel.writeInbound(ByteBuffer(repeating: 0, count: 10))
        #expect(channel.isActive)
        try channel.writeInbound(ByteBuffer(repeating: 0, count: 1))
        #expect(!channel.isActive)
    }

    @Test("a peer that closes ends it")
    func peer() throws {
        let channel = try lingering()
        channel.pipeline.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
        #expect(!channel.isActive)
    }
}

/// An embedded channel has no halves: this stands in for a socket that has.
private final class HalfClosingSocket: ChannelOutboundHandler {
    typealias OutboundIn = ByteBuffer

    func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        if mode == .output { promise?.succeed() } else { context.close(mode: mode, promise: promise) }
    }
}
