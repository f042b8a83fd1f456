import HTTPTypes
import HummingbirdCore
import JSONScanner
import NIOCore
import NIOHTTP1
import Testing

@testable import Kernel

@Suite("Problems")
struct ProblemTests {
    private func body(of response: Response) async throws -> String {
        let writer = CollectingWriter()
        try await response.body.write(writer)
        return String(buffer: writer.bytes)
    }

    @Test("a problem is written with all its members, escaped")
    func json() async throws {
        let id = try #require(RequestID("id-1"))
        let response = Problem.badRequest(code: "odd", detail: "a \"quote\"\n").response(requestID: id)
        #expect(response.status.code == 400)
        #expect(response.headers[.contentType] == "application/problem+json")
        #expect(response.headers[.requestID] == "id-1")
        let expected =
            #"{"type":"about:blank","title":"Bad Request","status":400,"detail":"a \"quote\"\n","error":"odd","#
            + #""message":"a \"quote\"\n","requestId":"id-1"}"#
        #expect(try await body(of: response) == expected)
    }

    @Test("a status has the fields that it demands")
    func fields() {
        let id = RequestID()
        #expect(
            Problem.unauthorized(code: "x", detail: "").response(requestID: id).headers[.wwwAuthenticate] == "Bearer")
        #expect(Problem.methodNotAllowed(allow: [.get, .post]).response(requestID: id).headers[.allow] == "GET, POST")
        #expect(
            Problem.unavailable(retryAfter: .milliseconds(1500)).response(requestID: id).headers[.retryAfter] == "2")
        #expect(Problem.tooManyRequests(retryAfter: .zero).response(requestID: id).headers[.retryAfter] == "1")
        let bare = Problem(status: 503, code: "x", detail: "").response(requestID: id)
        #expect(bare.headers[.retryAfter] == "5")
    }

    @Test("an error's own words never show")
    func unknownErrors() {
        struct Secret: Error { let path = "/etc/shadow" }
        #expect(Problem.from(Secret()) == .internalError)
        #expect(!"\(Problem.from(Secret()))".contains("shadow"))
    }

    @Test("known errors have their statuses")
    func knownErrors() {
        let cases: [(any Error, Int)] = [
            (Problem.notFound, 404), (AuthenticationError.tokenExpired, 401),
            (AuthenticationError.keysUnavailable, 503),
            (NIOTooManyBytesError(maxBytes: 5), 413), (HTTPParserError.headerOverflow, 431),
            (HTTPParserError.invalidVersion, 505), (HTTPParserError.invalidChunkSize, 400), (CancellationError(), 503),
        ]
        for (error, status) in cases { #expect(Problem.from(error).status == status) }
    }
}

private final class CollectingWriter: ResponseBodyWriter {
    var bytes = ByteBuffer()

    func write(_ buffer: ByteBuffer) async throws { bytes.writeImmutableBuffer(buffer) }
    func finish(_ trailingHeaders: HTTPFields?) async throws {}
}
