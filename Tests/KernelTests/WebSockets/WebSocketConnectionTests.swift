import NIOCore
import Synchronization
import Testing

@testable import Kernel

@Suite("WebSockets on real sockets", .timeLimit(.minutes(1)))
struct WebSocketConnectionTests {
    /// A client whose handshake is done.
    private func open(_ port: Int, reads: Bool = true) async throws -> RawClient {
        let client = try await RawClient.connect(to: port, reads: reads)
        try await client.send(Wire.handshake())
        if reads { _ = await client.answer(containing: "\r\n\r\n") }
        return client
    }

    /// What the server sends for `bytes`, until the end.
    private func frames(
        for bytes: ByteBuffer, limits: @escaping @Sendable (inout WebSocketLimits) -> Void = { _ in },
        session: JournalingSession = JournalingSession()
    ) async throws -> [String] {
        let received = Mutex<[String]>([])
        try await withFront(responder: .socket(session, limits: limits)) { _, port in
            let client = try await open(port)
            // The server may be done with it before all of it is sent.
            client.post(bytes)
            _ = await client.answerUntilClose()
            received.withLock { $0 = client.received.framesBehindHead }
            #expect(!client.wasReset)
        }
        return received.withLock { $0 }
    }

    @Test("messages of every size of length are echoed", arguments: [0, 1, 125, 126, 65_535, 65_536])
    func echo(_ count: Int) async throws {
        var bytes = Wire.frame(2, [UInt8](repeating: 5, count: count))
        bytes.writeImmutableBuffer(Wire.close(1000))
        #expect(try await frames(for: bytes) == ["binary \(count) bytes", "close 1000"])
    }

    @Test("a message over the limit is answered 1009 before it has come")
    func tooBig() async throws {
        let session = JournalingSession()
        let frames = try await frames(for: Wire.frame(2, [1, 2, 3], announcing: 65_537), session: session)
        #expect(frames == ["close 1009 a message is too long"])
        #expect(session.entries == ["opened", "closed"])
    }

    @Test("the close frame reaches a client that is in the middle of sending too much")
    func tooBigAndMore() async throws {
        var bytes = Wire.frame(2, [1, 2, 3], announcing: 8 << 20)
        bytes.writeRepeatingByte(9, count: 8 << 20)
        #expect(try await frames(for: bytes) == ["close 1009 a message is too long"])
    }

    @Test("what is no WebSocket is answered 1002")
    func noFrames() async throws {
        let frames = try await frames(
            for: ByteBuffer(string: "GET / HTTP/1.1\r\nHost: a\r\nX: \(String(repeating: "x", count: 99))\r\n\r\n"))
        #expect(frames.count == 1 && frames.first?.hasPrefix("close 1002 ") == true)
    }

    @Test("pings are answered, the peer's own words in them")
    func pings() async throws {
        var bytes = ByteBuffer()
        for word in ["a", "b"] { bytes.writeImmutableBuffer(Wire.frame(9, Array(word.utf8))) }
        bytes.writeImmutableBuffer(Wire.close(1000))
        #expect(try await frames(for: bytes) == ["pong a", "pong b", "close 1000"])
    }

    @Test("a session closes with its reason, and no message comes after it")
    func closes() async throws {
        let session = JournalingSession(onMessage: { $1.close(.policyViolation, reason: "auth timeout") })
        var bytes = Wire.text("a")
        for frame in [Wire.text("b"), Wire.close(1008)] { bytes.writeImmutableBuffer(frame) }
        #expect(try await frames(for: bytes, session: session) == ["close 1008 auth timeout"])
        #expect(session.entries == ["opened", "text a", "closed"])
    }

    @Test("one that is not answered is cut after its time")
    func unansweredClose() async throws {
        let session = JournalingSession { $0.close(.tryAgainLater) }
        #expect(
            try await frames(for: ByteBuffer(), limits: { $0.closeTimeout = .milliseconds(50) }, session: session)
                == ["close 1013"])
    }

    @Test("a peer that vanishes, or ends its half, is the session's end", arguments: [true, false])
    func vanished(_ isHalf: Bool) async throws {
        let session = JournalingSession()
        try await withFront(responder: .socket(session)) { front, port in
            let client = try await open(port)
            await session.until("opened")
            #expect(front.openConnections == 1)
            if isHalf { try await client.closeOutput() } else { await client.close() }
            await session.until("closed")
        }
        #expect(session.entries == ["opened", "closed"])
    }

    @Test("what is sent from any thread arrives in its order")
    func threads() async throws {
        let session = JournalingSession()
        try await withFront(responder: .socket(session)) { _, port in
            let client = try await open(port)
            await session.until("opened")
            let socket = try #require(session.socket)
            for number in 0..<100 { socket.send(text: "\(number)") }
            socket.close(.normal, reason: "done")
            _ = await client.answer(containing: "done")
            try await client.send(Wire.close(1000))
            _ = await client.answerUntilClose()
            #expect(client.received.framesBehindHead == (0..<100).map { "text \($0)" } + ["close 1000 done"])
        }
    }

    @Test("a peer that takes nothing is cut at the limit, whatever it is sent")
    func pending() async throws {
        let session = JournalingSession { socket in
            let piece = ByteBuffer(repeating: 0, count: 32 << 10)
            // More than the sockets' own buffers hold.
            for _ in 0..<2000 { socket.send(binary: piece) }
        }
        try await withFront(responder: .socket(session)) { _, port in
            let client = try await open(port, reads: false)
            await session.until("closed")
            _ = client
        }
        #expect(session.entries == ["opened", "closed"])
    }

    @Test("a peer that falls behind is known by isWritable, and told of by writable")
    func writability() async throws {
        let session = JournalingSession { socket in
            let piece = ByteBuffer(repeating: 0, count: 16 << 10)
            while socket.isWritable { socket.send(binary: piece) }
        }
        try await withFront(responder: .socket(session)) { _, port in
            let client = try await open(port, reads: false)
            await session.until("opened")
            try await client.startReading()
            await session.until("writable")
            await client.close()
        }
    }

    @Test("a server that drains closes sockets with 1001, and cuts one that does not answer long before the grace ends")
    func drain() async throws {
        try await withFront(
            configure: { $0.shutdownGrace = .seconds(300) }, limits: { $0.drainedSocketTimeout = .seconds(3) },
            responder: .socket(JournalingSession())
        ) { front, port in
            let polite = try await open(port)
            let mute = try await open(port)
            front.stop()
            #expect(await polite.answer(containing: "the server stops").contains("the server stops"))
            try await polite.send(Wire.close(1001))
            _ = await polite.answerUntilClose()
            #expect(polite.received.framesBehindHead == ["close 1001 the server stops"])
            _ = await mute.answerUntilClose()
            #expect(mute.received.framesBehindHead == ["close 1001 the server stops"])
        }
    }

    @Test("a socket that is accepted while the server drains is closed with 1001 at once")
    func openedWhileDraining() async throws {
        let (arrived, arrival) = AsyncStream<Void>.makeStream()
        let session = JournalingSession()
        let (released, release) = AsyncStream<Void>.makeStream()
        let responder = try Responder.socket(
            session,
            accept: { _ in
                arrival.finish()
                for await _ in released {}
            })
        try await withFront(configure: { $0.shutdownGrace = .seconds(30) }, responder: responder) { front, port in
            let client = try await RawClient.connect(to: port)
            let idle = try await RawClient.connect(to: port)
            try await client.send(Wire.handshake())
            for await _ in arrived {}
            front.stop()
            _ = await idle.answerUntilClose()
            release.finish()
            _ = await client.answer(containing: "the server stops")
            try await client.send(Wire.close(1001))
            _ = await client.answerUntilClose()
            #expect(client.received.framesBehindHead == ["close 1001 the server stops"])
        }
        #expect(session.entries == ["opened", "closed"])
    }
}
