import HTTPTypes
import HummingbirdCore
import NIOCore
import Testing

@testable import Kernel

/// Bytes that a peer sends, and the status that they get.
struct HostileRequest: CustomTestStringConvertible, Sendable {
    let name: String
    let bytes: String
    let status: Int

    init(_ name: String, _ bytes: String, _ status: Int) {
        self.name = name
        self.bytes = bytes
        self.status = status
    }

    var testDescription: String { name }

    static let all = [
        HostileRequest("no Host", "GET / HTTP/1.1\r\n\r\n", 400),
        HostileRequest("two Hosts", "GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", 400),
        HostileRequest("two Hosts in HTTP/1.0", "GET / HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n", 400),
        HostileRequest("a Host with a space", "GET / HTTP/1.1\r\nHost: a b\r\n\r\n", 400),
        HostileRequest("a Host with user information", "GET / HTTP/1.1\r\nHost: me@a\r\n\r\n", 400),
        HostileRequest("two lengths", post("Content-Length: 3\r\nContent-Length: 4") + "abc", 400),
        HostileRequest("one length twice", post("Content-Length: 3\r\nContent-Length: 3") + "abc", 400),
        HostileRequest("a list of lengths", post("Content-Length: 3, 3") + "abc", 400),
        HostileRequest("a negative length", post("Content-Length: -3"), 400),
        HostileRequest("a signed length", post("Content-Length: +3") + "abc", 400),
        HostileRequest("a length past 64 bits", post("Content-Length: 99999999999999999999"), 400),
        HostileRequest("length and chunks", post("Content-Length: 3\r\nTransfer-Encoding: chunked") + "0\r\n\r\n", 400),
        HostileRequest("chunks and length", post("Transfer-Encoding: chunked\r\nContent-Length: 3") + "0\r\n\r\n", 400),
        HostileRequest("chunked not last", post("Transfer-Encoding: chunked, gzip") + "0\r\n\r\n", 400),
        HostileRequest("a coding before chunked", post("Transfer-Encoding: gzip, chunked") + "0\r\n\r\n", 400),
        HostileRequest(
            "codings in two fields", post("Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked") + "0\r\n\r\n", 400),
        HostileRequest("an empty transfer coding", post("Transfer-Encoding: ") + "0\r\n\r\n", 400),
        HostileRequest("unknown transfer coding", post("Transfer-Encoding: xchunked") + "0\r\n\r\n", 400),
        HostileRequest(
            "chunks in HTTP/1.0", "POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400),
        HostileRequest("a chunk without a size", post("Transfer-Encoding: chunked") + "zz\r\nabc\r\n0\r\n\r\n", 400),
        HostileRequest(
            "a chunk size past 64 bits", post("Transfer-Encoding: chunked") + "fffffffffffffffff\r\nabc\r\n", 400),
        HostileRequest(
            "a chunk longer than its size", post("Transfer-Encoding: chunked") + "2\r\nabc\r\n0\r\n\r\n", 400),
        HostileRequest("garbage", "\u{1}\u{2}\u{3}\u{4}\r\n\r\n", 501),
        HostileRequest("TLS to a plain port", "\u{16}\u{3}\u{1}\u{2}\u{0}\u{1}\u{0}\u{1}\r\n", 501),
        HostileRequest("an unknown method", "FROB / HTTP/1.1\r\nHost: a\r\n\r\n", 501),
        HostileRequest("no target", "GET  HTTP/1.1\r\nHost: a\r\n\r\n", 400),
        HostileRequest("a target that is no path", "GET foo HTTP/1.1\r\nHost: a\r\n\r\n", 400),
        HostileRequest("HTTP/2.0", "GET / HTTP/2.0\r\nHost: a\r\n\r\n", 505),
        HostileRequest("HTTP/0.9", "GET / HTTP/0.9\r\nHost: a\r\n\r\n", 505),
        HostileRequest("a version that is none", "GET / HTTP/x.y\r\nHost: a\r\n\r\n", 505),
        HostileRequest("not HTTP's name", "GET / HTPP/1.1\r\nHost: a\r\n\r\n", 400),
        HostileRequest("a space before the colon", "GET / HTTP/1.1\r\nHost : a\r\n\r\n", 400),
        HostileRequest("a folded field", "GET / HTTP/1.1\r\nHost: a\r\nX: a\r\n b\r\n\r\n", 400),
        HostileRequest("a field without a name", "GET / HTTP/1.1\r\nHost: a\r\n: b\r\n\r\n", 400),
        HostileRequest("NUL in a field", "GET / HTTP/1.1\r\nHost: a\r\nX: a\u{0}b\r\n\r\n", 400),
        HostileRequest("a lone CR in a field", "GET / HTTP/1.1\r\nHost: a\r\nX: a\rb\r\n\r\n", 400),
        HostileRequest(
            "a field over 16 KiB", "GET / HTTP/1.1\r\nHost: a\r\nX: \(String(repeating: "x", count: 17_000))\r\n\r\n",
            431),
        HostileRequest(
            "a target over 16 KiB", "GET /\(String(repeating: "x", count: 17_000)) HTTP/1.1\r\nHost: a\r\n\r\n", 431),
        HostileRequest(
            "101 fields", "GET / HTTP/1.1\r\nHost: a\r\n\(String(repeating: "X: y\r\n", count: 100))\r\n", 431),
        HostileRequest("an unknown expectation", post("Expect: cake\r\nContent-Length: 3") + "abc", 417),
        HostileRequest("a body past the limit, announced", post("Content-Length: 20000000"), 413),
    ]

    private static func post(_ fields: String) -> String {
        "POST / HTTP/1.1\r\nHost: a\r\n\(fields)\r\n\r\n"
    }
}

@Suite("Hostile requests", .timeLimit(.minutes(1)))
struct HostileRequestTests {
    @Test(
        "a hostile request gets its status as problem+json, once, and the connection ends",
        arguments: HostileRequest.all)
    func hostile(_ request: HostileRequest) async throws {
        try await withFront { _, port in
            let client = try await RawClient.connect(to: port)
            try await client.send(request.bytes)
            let answer = await client.answerUntilClose()
            #expect(answer.hasPrefix("HTTP/1.1 \(request.status) "))
            #expect(answer.contains("Content-Type: application/problem+json\r\n"))
            #expect(answer.contains("Connection: close\r\n"))
            #expect(answer.contains("\"status\":\(request.status),"))
            #expect(answer.components(of: "\r\nDate: ") == 1)
            #expect(!client.wasReset)
        }
    }

    @Test("a hostile request after a good one is answered after it")
    func pipelined() async throws {
        try await withFront { _, port in
            let client = try await RawClient.connect(to: port)
            try await client.send(
                "GET /first HTTP/1.1\r\nHost: a\r\n\r\nGET /second HTTP/1.1\r\n\r\nGET /third HTTP/1.1\r\nHost: a\r\n\r\n"
            )
            let answer = await client.answerUntilClose()
            #expect(answer.hasPrefix("HTTP/1.1 200 OK\r\n"))
            #expect(answer.contains("GET /first a "))
            #expect(answer.contains("HTTP/1.1 400 Bad Request\r\n"))
            #expect(!answer.contains("third"))
        }
    }

    @Test(
        "what never becomes a request is told with the method that came, or with none",
        arguments: [
            ("FROB / HTTP/1.1\r\nHost: a\r\n\r\n", "FROB"), ("POST / HTTP/1.1\r\n\r\n", "POST"),
            ("GET / HTTP/1.1\r\nHost: a\r\n\r\nBREW /pot HTTP/1.1\r\nHost: a\r\n\r\n", "BREW"),
            ("\u{16}\u{3}\u{1}", "-"), ("\(String(repeating: "X", count: 33)) / HTTP/1.1\r\n\r\n", "-"),
            ("OPTIONS / HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\n\r\n", "-"),
        ])
    func refusedMethod(bytes: String, method: String) async throws {
        var responder = Responder.echo
        responder.refuse = { problem, head, _ in
            let head = head ?? HTTPRequest(refusedMethod: .unreadable)
            return Response(
                status: .badRequest, body: ResponseBody(byteBuffer: ByteBuffer(string: "method \(head.method) ends")))
        }
        try await withFront(responder: responder) { _, port in
            let client = try await RawClient.connect(to: port)
            try await client.send(bytes)
            let answer = await client.answerUntilClose()
            #expect(answer.contains("method \(method) ends"))
        }
    }

    @Test("half a body and then the end is an incomplete body")
    func incompleteBody() async throws {
        try await withFront { _, port in
            let client = try await RawClient.connect(to: port)
            try await client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc")
            try await client.closeOutput()
            #expect(await client.answerUntilClose().contains("\"error\":\"incomplete_body\""))
        }
    }
}

extension String {
    /// How often `part` occurs.
    func components(of part: String) -> Int {
        ranges(of: part).count
    }
}
