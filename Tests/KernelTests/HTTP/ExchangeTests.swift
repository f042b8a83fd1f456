import HTTPTypes
import HummingbirdCore
import NIOCore
import Testing

@testable import Kernel

@Suite("Requests and answers on a connection", .timeLimit(.minutes(1)))
struct ExchangeTests {
    @Test("requests sent at once are answered in their order on one connection")
    func pipelining() async throws {
        try await withFront { _, port in
            let client = try await RawClient.connect(to: port)
            let requests = (1...50).map { "POST /\($0) HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi" }
            try await client.send(requests.joined() + "GET /last HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
            let answer = await client.answerUntilClose()
            let paths = answer.split(separator: "POST /").dropFirst().map { $0.prefix { $0 != " " } }
            #expect(paths.map(String.init) == (1...50).map(String.init))
            #expect(answer.hasSuffix("GET /last a "))
            #expect(answer.components(of: "Connection: close") == 1)
        }
    }

    @Test("a request in single bytes is one request")
    func singleBytes() async throws {
        try await withFront { _, port in
            let client = try await RawClient.connect(to: port)
            for character
                in "POST /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n1\r\n!\r\n0\r\n\r\n"
            {
                try await client.send(String(character))
            }
            #expect(await client.answer(containing: "hi!").contains("POST /x a hi!"))
            await client.close()
        }
    }

    @Test(
        "HTTP/1.0 keeps the connection only when asked to",
        arguments: [("", "Connection: close\r\n"), ("Connection: keep-alive\r\n", "Connection: keep-alive\r\n")])
    func http10(fields: String, connection: String) async throws {
        try await withFront { _, port in
            let client = try await RawClient.connect(to: port)
            try await client.send("GET /old HTTP/1.0\r\n\(fields)\r\n")
            #expect(await client.answer(containing: "/old").contains(connection))
            await client.close()
        }
    }

    @Test("the answer to HEAD has the length of GET's and no body")
    func head() async throws {
        try await withFront { _, port in
            let client = try await RawClient.connect(to: port)
            try await client.send(
                "HEAD /x HTTP/1.1\r\nHost: a\r\n\r\nGET /y HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
            let answer = await client.answerUntilClose()
            #expect(answer.contains("Content-Length: 10\r\n"))
            #expect(!answer.contains("HEAD /x"))
            #expect(answer.hasSuffix("GET /y a "))
        }
    }

    @Test("a body that waits for 100 Continue gets it, and none past the limit")
    func expectContinue() async throws {
        try await withFront { _, port in
            let client = try await RawClient.connect(to: port)
            try await client.send("POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n")
            #expect(await client.answer(containing: "\r\n\r\n") == "HTTP/1.1 100 Continue\r\n\r\n")
            try await client.send("hi")
            #expect(await client.answer(containing: "a hi").contains("HTTP/1.1 200 OK"))
            await client.close()
            let other = try await RawClient.connect(to: port)
            try await other.send(
                "POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 99999999\r\n\r\n")
            #expect(await other.answerUntilClose().hasPrefix("HTTP/1.1 413 "))
        }
    }

    @Test("a streamed body is sent in chunks to HTTP/1.1 and until the end to HTTP/1.0")
    func streaming() async throws {
        let responder = Responder { _, _ in
            Response(
                status: .ok,
                body: ResponseBody { writer in
                    try await writer.write(ByteBuffer(string: "one"))
                    try await writer.write(ByteBuffer(string: "two"))
                    try await writer.finish(nil)
                })
        }
        try await withFront(responder: responder) { _, port in
            let new = try await RawClient.connect(to: port)
            try await new.send("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
            #expect(await new.answerUntilClose().hasSuffix("3\r\none\r\n3\r\ntwo\r\n0\r\n\r\n"))
            let old = try await RawClient.connect(to: port)
            try await old.send("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
            let answer = await old.answerUntilClose()
            #expect(answer.hasSuffix("\r\n\r\nonetwo") && answer.contains("Connection: close"))
        }
    }

    @Test("an answer that breaks off ends the connection without a last chunk")
    func brokenAnswer() async throws {
        let responder = Responder { _, _ in
            Response(
                status: .ok,
                body: ResponseBody { writer in
                    try await writer.write(ByteBuffer(string: "half"))
                    throw Problem.internalError
                })
        }
        try await withFront(responder: responder) { _, port in
            let client = try await RawClient.connect(to: port)
            try await client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            let answer = await client.answerUntilClose()
            #expect(answer.contains("4\r\nhalf\r\n") && !answer.contains("0\r\n\r\n"))
        }
    }

    @Test("a URL as target gives path and host")
    func absoluteForm() async throws {
        try await withFront { _, port in
            let client = try await RawClient.connect(to: port)
            try await client.send("GET http://other:80/p?q=1 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
            #expect(await client.answerUntilClose().hasSuffix("GET /p other:80 "))
        }
    }

    @Test("a stream ends as soon as its peer leaves")
    func leavingPeer() async throws {
        let (ended, signal) = AsyncStream<Void>.makeStream()
        let responder = Responder { _, _ in
            Response(
                status: .ok,
                body: ResponseBody { writer in
                    try await writer.write(ByteBuffer(string: "event"))
                    await withTaskCancellationHandler {
                        for await _ in AsyncStream<Void>.makeStream().stream {}
                    } onCancel: {
                        signal.finish()
                    }
                })
        }
        try await withFront(responder: responder) { _, port in
            let client = try await RawClient.connect(to: port)
            try await client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            _ = await client.answer(containing: "event")
            await client.close()
            for await _ in ended {}
        }
    }

    @Test(
        "only a trusted proxy names the client", arguments: [([String](), "127.0.0.1"), (["127.0.0.0/8"], "192.0.2.7")])
    func forwardedFor(proxies: [String], client: String) async throws {
        let responder = Responder { _, connection in
            Response(status: .ok, body: ResponseBody(byteBuffer: ByteBuffer(string: connection.remoteAddress)))
        }
        try await withFront(configure: { $0.trustedProxies = proxies }, responder: responder) { _, port in
            let raw = try await RawClient.connect(to: port)
            try await raw.send(
                "GET / HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 10.9.9.9, 192.0.2.7\r\nConnection: close\r\n\r\n")
            #expect(await raw.answerUntilClose().hasSuffix("\r\n\r\n\(client)"))
        }
    }
}
