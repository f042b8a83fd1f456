import HTTPTypes
import NIOCore
import Testing

@testable import Kernel

@Suite("Body limits", .timeLimit(.minutes(1)))
struct BodyLimitTests {
    private static let limit = 100_000

    @Test("a body past the limit is answered 413, and the answer can be read", arguments: [true, false])
    func chunked(isChunked: Bool) async throws {
        try await withFront(configure: { $0.maxBody = ByteSize(bytes: Self.limit) }) { _, port in
            let client = try await RawClient.connect(to: port)
            let framing = isChunked ? "Transfer-Encoding: chunked" : "Content-Length: 300000"
            try await client.send("POST / HTTP/1.1\r\nHost: a\r\n\(framing)\r\n\r\n")
            for _ in 0..<30 {
                // The answer may come, and the client close, at any of them.
                client.post(ByteBuffer(string: isChunked ? "2710\r\n" : ""))
                client.post(ByteBuffer(repeating: UInt8(ascii: "x"), count: 10_000))
                client.post(ByteBuffer(string: isChunked ? "\r\n" : ""))
            }
            let answer = await client.answerUntilClose()
            #expect(answer.hasPrefix("HTTP/1.1 413 ") && answer.contains("Connection: close\r\n"))
            #expect(answer.contains("\"error\":\"payload_too_large\""))
            #expect(!client.wasReset)
        }
    }

    @Test("an answer that does not wait for the body can be read")
    func heedless() async throws {
        try await withFront(responder: .heedless) { _, port in
            let client = try await RawClient.connect(to: port)
            try await client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 900000\r\n\r\n")
            client.post(ByteBuffer(repeating: 0, count: 500_000))
            let answer = await client.answerUntilClose()
            #expect(answer.contains("Connection: close\r\n") && answer.hasSuffix("heedless"))
            #expect(!client.wasReset)
        }
    }

    @Test("a body of exactly the limit arrives whole", arguments: [1, 65_536, 65_537, limit])
    func exact(count: Int) async throws {
        try await withFront(configure: { $0.maxBody = ByteSize(bytes: Self.limit) }) { _, port in
            let client = try await RawClient.connect(to: port)
            try await client.send("POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: \(count)\r\n\r\n")
            try await client.send(ByteBuffer(repeating: UInt8(ascii: "x"), count: count))
            #expect(await client.answerUntilClose().hasSuffix("POST / a \(String(repeating: "x", count: count))"))
        }
    }

    @Test("a route's own limit counts instead of the server's")
    func ownLimit() async throws {
        var responder = Responder.echo
        responder.bodyLimit = { $0.path == "/small" ? 10 : nil }
        try await withFront(responder: responder) { _, port in
            for (path, status) in [("/small", 413), ("/other", 200)] {
                let client = try await RawClient.connect(to: port)
                try await client.send(
                    "POST \(path) HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 11\r\n\r\nhello world")
                #expect(await client.answerUntilClose().hasPrefix("HTTP/1.1 \(status) "))
            }
        }
    }
}
