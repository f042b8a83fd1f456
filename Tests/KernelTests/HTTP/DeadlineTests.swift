import HTTPTypes
import HummingbirdCore
import NIOCore
import Testing

@testable import Kernel

@Suite("Deadlines and caps on real sockets", .timeLimit(.minutes(1)))
struct DeadlineTests {
    @Test("a slow head is answered 408")
    func slowHead() async throws {
        try await withFront(configure: { $0.headerTimeout = .seconds(2) }) { _, port in
            let client = try await RawClient.connect(to: port)
            try await client.send("GET / HTTP/1.1\r\nHost:")
            let answer = await client.answerUntilClose()
            #expect(answer.hasPrefix("HTTP/1.1 408 ") && answer.contains("\"error\":\"request_timeout\""))
        }
    }

    @Test("a connection on which nothing is sent is closed without a word")
    func silent() async throws {
        try await withFront(configure: { $0.headerTimeout = .milliseconds(50) }) { _, port in
            let client = try await RawClient.connect(to: port)
            #expect(await client.answerUntilClose().isEmpty)
        }
    }

    @Test("a slow body is answered 408, read by the responder or not yet", arguments: [1000, 100_000])
    func slowBody(length: Int) async throws {
        try await withFront(limits: { $0.bodyRateWindow = .milliseconds(50) }) { _, port in
            let client = try await RawClient.connect(to: port)
            try await client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: \(length)\r\n\r\nx")
            #expect(await client.answerUntilClose().hasPrefix("HTTP/1.1 408 "))
        }
    }

    @Test("an idle connection is closed")
    func idle() async throws {
        try await withFront(configure: { $0.idleTimeout = .milliseconds(50) }) { _, port in
            let client = try await RawClient.connect(to: port)
            try await client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(await client.answerUntilClose().hasSuffix("GET / a "))
        }
    }

    @Test("a peer that reads nothing is cut, and its request is told")
    func readsNothing() async throws {
        let (ended, signal) = AsyncStream<Void>.makeStream()
        let responder = Responder { _, _ in
            Response(
                status: .ok,
                body: ResponseBody { writer in
                    defer { signal.finish() }
                    let piece = ByteBuffer(repeating: 0, count: 64 << 10)
                    while true { try await writer.write(piece) }
                })
        }
        try await withFront(configure: { $0.writeTimeout = .milliseconds(100) }, responder: responder) { _, port in
            let client = try await RawClient.connect(to: port, reads: false)
            try await client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            for await _ in ended {}
            await client.close()
        }
    }
}
