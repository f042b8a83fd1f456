import HTTPTypes
import HummingbirdCore
import NIOCore
import NIOEmbedded
import Synchronization
import Testing

@testable import Kernel

/// A request that opens no socket.
struct RefusedHandshake: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let change: @Sendable (inout String) -> Void
    let answer: [String]

    static func replacing(_ line: String, by other: String, _ answer: String...) -> RefusedHandshake {
        RefusedHandshake("\(line) -> \(other)", answer: answer) { $0.replace(line + "\r\n", with: other) }
    }

    private init(_ description: String, answer: [String], change: @escaping @Sendable (inout String) -> Void) {
        testDescription = description
        self.change = change
        self.answer = answer
    }
}

@Suite("The WebSocket handshake", .timeLimit(.minutes(1)))
struct HandshakeTests {
    private static let key = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="
    private static let version = "Sec-WebSocket-Version: 13"
    private static let upgrade = "Upgrade: websocket"
    private static let connection = "Connection: keep-alive, Upgrade"

    static let refused: [RefusedHandshake] = [
        .replacing(upgrade, by: "", "HTTP/1.1 426 ", "Upgrade: websocket\r\n", "Connection: Upgrade\r\n"),
        .replacing(upgrade, by: "Upgrade: h2c\r\n", "HTTP/1.1 426 ", "Connection: close, Upgrade\r\n"),
        .replacing(connection, by: "", "HTTP/1.1 426 "),
        .replacing(connection, by: "Connection: keep-alive\r\n", "HTTP/1.1 426 "),
        .replacing(version, by: "", "HTTP/1.1 426 ", "Sec-WebSocket-Version: 13\r\n"),
        .replacing(version, by: "Sec-WebSocket-Version: 8\r\n", "HTTP/1.1 426 ", "Sec-WebSocket-Version: 13\r\n"),
        .replacing(version, by: "Sec-WebSocket-Version: 14\r\n", "HTTP/1.1 426 "),
        .replacing(key, by: "", "HTTP/1.1 400 "),
        .replacing(key, by: "\(key)\r\n\(key)\r\n", "HTTP/1.1 400 "),
        .replacing(key, by: "Sec-WebSocket-Key: \r\n", "HTTP/1.1 400 "),
        .replacing(key, by: "Sec-WebSocket-Key: dGhlIHNhbXBsZQ==\r\n", "HTTP/1.1 400 "),
        .replacing(key, by: "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZSE=\r\n", "HTTP/1.1 400 "),
        .replacing(key, by: "Sec-WebSocket-Key: ????????????????????????\r\n", "HTTP/1.1 400 "),
        .replacing(key, by: "Sec-WebSocket-Key: dGhlIHNhb_BsZSBub25jZQ==\r\n", "HTTP/1.1 400 "),
        .replacing(key, by: "\(key)\r\nContent-Length: 1\r\n", "HTTP/1.1 400 "),
        .replacing(key, by: "\(key)\r\nOrigin: https://evil.example.org\r\n", "HTTP/1.1 403 ", "origin_not_allowed"),
        .replacing(key, by: "\(key)\r\nOrigin: http://a\r\n", "HTTP/1.1 403 "),
        .replacing(key, by: "\(key)\r\nOrigin: null\r\n", "HTTP/1.1 403 "),
        .replacing(
            key, by: "\(key)\r\nOrigin: https://app.example.org\r\nOrigin: https://evil.example.org\r\n",
            "HTTP/1.1 403 "),
        .replacing("GET /socket HTTP/1.1", by: "HEAD /socket HTTP/1.1\r\n", "HTTP/1.1 426 "),
        .replacing("GET /socket HTTP/1.1", by: "POST /socket HTTP/1.1\r\n", "HTTP/1.1 405 "),
        .replacing("GET /socket HTTP/1.1", by: "GET /socket HTTP/1.0\r\n", "HTTP/1.1 426 "),
        .replacing("GET /socket HTTP/1.1", by: "GET /none HTTP/1.1\r\n", "HTTP/1.1 404 "),
    ]

    @Test("is refused", arguments: refused)
    func refusal(_ example: RefusedHandshake) async throws {
        let session = JournalingSession()
        try await withFront(responder: .socket(session)) { _, port in
            let client = try await RawClient.connect(to: port)
            var request = Wire.handshake()
            example.change(&request)
            try await client.send(request + (request.contains("Content-Length") ? "x" : ""))
            // Head and body of an answer that is known whole come at once.
            let answer = await client.answer(containing: "\r\n\r\n")
            for part in example.answer { #expect(answer.contains(part)) }
            await client.close()
        }
        #expect(session.entries.isEmpty)
    }

    @Test("is answered with the acceptance of its key (RFC 6455 section 1.3)")
    func accepted() async throws {
        let session = JournalingSession()
        try await withFront(responder: .socket(session)) { _, port in
            let client = try await RawClient.connect(to: port)
            try await client.send(Wire.handshake(more: "Origin: https://app.example.org\r\n"))
            let answer = await client.answer(containing: "\r\n\r\n")
            #expect(answer.hasPrefix("HTTP/1.1 101 Switching Protocols\r\n"))
            for line in [
                "Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=",
            ] { #expect(answer.contains("\(line)\r\n")) }
            #expect(!answer.contains("Content-Length") && !answer.contains("Transfer-Encoding"))
            await client.close()
        }
        await session.until("closed")
        #expect(session.entries == ["opened", "closed"])
    }

    @Test("names are compared in any case, among others")
    func spelling() async throws {
        try await withFront(responder: .socket(JournalingSession())) { _, port in
            let client = try await RawClient.connect(to: port)
            try await client.send(
                Wire.handshake().replacing("Upgrade: websocket", with: "upgrade: h2c, WebSocket")
                    .replacing("Connection: keep-alive, Upgrade", with: "connection: UPGRADE"))
            #expect(await client.answer(containing: "\r\n\r\n").hasPrefix("HTTP/1.1 101 "))
        }
    }

    @Test("may follow other requests on its connection, and frames may lie right behind it")
    func late() async throws {
        let session = JournalingSession()
        try await withFront(responder: .socket(session)) { _, port in
            let client = try await RawClient.connect(to: port)
            var bytes = ByteBuffer(string: "GET /plain HTTP/1.1\r\nHost: a\r\n\r\n" + Wire.handshake())
            for frame in [Wire.text("one"), Wire.text("two"), Wire.close(1000)] { bytes.writeImmutableBuffer(frame) }
            try await client.send(bytes)
            _ = await client.answerUntilClose()
            var received = client.received
            let first = try #require(received.readableBytesView.firstRange(of: Array("GET /plain".utf8)))
            received.moveReaderIndex(to: first.upperBound)
            #expect(received.framesBehindHead == ["text one", "text two", "close 1000"])
        }
        #expect(session.entries == ["opened", "text one", "text two", "closed"])
    }

    @Test("frames that are sent while it is being decided wait, however many they are")
    func early() async throws {
        let (arrived, arrival) = AsyncStream<Void>.makeStream()
        let (released, release) = AsyncStream<Void>.makeStream()
        let session = JournalingSession(onMessage: { _, _ in })
        let responder = try Responder.socket(
            session,
            accept: { _ in
                arrival.finish()
                for await _ in released {}
            })
        try await withFront(responder: responder) { _, port in
            let client = try await RawClient.connect(to: port)
            try await client.send(Wire.handshake())
            for await _ in arrived {}
            let frame = Wire.frame(2, [UInt8](repeating: 7, count: 60_000))
            for _ in 0..<50 { client.post(frame) }
            client.post(Wire.close(1000))
            release.finish()
            _ = await client.answerUntilClose()
            #expect(client.received.framesBehindHead == ["close 1000"])
        }
        #expect(session.entries == ["opened"] + Array(repeating: "binary 60000 bytes", count: 50) + ["closed"])
    }

    @Test("while it is being decided, the socket is read no further than once")
    func readAhead() async throws {
        let responder = Responder { _, _ in
            // Ends when the request is cancelled.
            for await _ in AsyncStream<Void>.makeStream().stream {}
            return Response(status: .ok)
        }
        let channel = NIOAsyncTestingChannel()
        let reads = ReadCounter()
        try await channel.testingEventLoop.executeInContext {
            try channel.pipeline.syncOperations.addHandler(reads)
            let settings = ConnectionSettings(ServerConfig(), responder: responder, logger: .silent)
            try channel.pipeline.syncOperations.addConnectionHandlers(settings, peer: .loopback)
        }
        try await channel.connect(to: SocketAddress(ipAddress: "192.0.2.1", port: 1)).get()
        try await channel.writeInbound(ByteBuffer(string: Wire.handshake()))
        let begun = reads.count
        channel.read()
        try await channel.writeInbound(Wire.text("early"))
        channel.read()
        try await channel.testingEventLoop.executeInContext {}
        #expect(reads.count == begun + 1)
        try await channel.close().get()
    }

    @Test("what `accept` throws is the answer")
    func thrown() async throws {
        let session = JournalingSession()
        let responder = try Responder.socket(
            session, accept: { _ in throw Problem.tooManyRequests(retryAfter: .seconds(7)) })
        try await withFront(responder: responder) { _, port in
            let client = try await RawClient.connect(to: port)
            try await client.send(Wire.handshake())
            let answer = await client.answerUntilClose()
            #expect(answer.hasPrefix("HTTP/1.1 429 ") && answer.contains("Retry-After: 7\r\n"))
        }
        #expect(session.entries.isEmpty)
    }

    @Test("a peer that is gone before the answer has no session")
    func gone() async throws {
        let (arrived, arrival) = AsyncStream<Void>.makeStream()
        let session = JournalingSession()
        let responder = try Responder.socket(
            session,
            accept: { _ in
                arrival.finish()
                // Ends when the request is cancelled, which it is when the peer is gone.
                for await _ in AsyncStream<Void>.makeStream().stream {}
            })
        try await withFront(responder: responder) { _, port in
            let client = try await RawClient.connect(to: port)
            try await client.send(Wire.handshake())
            for await _ in arrived {}
            await client.close()
        }
        #expect(session.entries.isEmpty)
    }
}

/// Counts how often the socket is asked for more.
private final class ReadCounter: ChannelOutboundHandler, Sendable {
    typealias OutboundIn = ByteBuffer

    private let counted = Atomic(0)

    var count: Int { counted.load(ordering: .relaxed) }

    func read(context: ChannelHandlerContext) {
        counted.add(1, ordering: .relaxed)
        context.read()
    }
}

extension String {
    fileprivate func replacing(_ part: String, with other: String) -> String {
        var text = self
        text.replace(part, with: other)
        return text
    }
}
