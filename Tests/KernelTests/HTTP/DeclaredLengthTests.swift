import HTTPTypes
import HummingbirdCore
import KernelTesting
import Logging
import NIOCore
import Testing

@testable import Kernel

@Suite("Streamed bodies whose head declares their length", .timeLimit(.minutes(1)))
struct DeclaredLengthTests {
    private func exchange(
        _ pieces: [String], length: String, request: String = "GET / HTTP/1.1", log: MemoryLog = MemoryLog()
    ) async throws -> String {
        let responder = Responder { request, connection in
            guard request.uri.path == "/" else { return await Responder.echo.respond(request, connection) }
            return Response(
                status: .partialContent, headers: [.contentLength: length, .requestID: "r-1"],
                body: ResponseBody { writer in
                    for piece in pieces { try await writer.write(ByteBuffer(string: piece)) }
                    try await writer.finish(nil)
                })
        }
        let answer = Inbox()
        try await withFront(logger: log.logger(), responder: responder) { _, port in
            let client = try await RawClient.connect(to: port)
            let next = "GET /next HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
            try await client.send("\(request)\r\nHost: a\r\n\r\n\(next)")
            answer.receive(ByteBuffer(string: await client.answerUntilClose()))
        }
        return answer.text
    }

    @Test(
        "are sent with it, and the connection goes on",
        arguments: [["abc", "def"], ["abcdef"], ["", "abcde", "f", ""], ["a", "b", "c", "d", "e", "f"]])
    func framed(pieces: [String]) async throws {
        let answer = try await exchange(pieces, length: "6")
        #expect(answer.contains("\r\nContent-Length: 6\r\n") && !answer.contains("chunked"))
        #expect(answer.contains("\r\n\r\nabcdefHTTP/1.1 200 ") && answer.hasSuffix("GET /next a "))
    }

    @Test("tell HEAD of it, and nothing else")
    func head() async throws {
        let answer = try await exchange(["abcdef"], length: "6", request: "HEAD / HTTP/1.1")
        #expect(answer.contains("\r\nContent-Length: 6\r\n") && !answer.contains("abcdef"))
    }

    @Test("are not passed off as whole where they end before", arguments: [["abc"], [], ["abcde"]])
    func fewer(pieces: [String]) async throws {
        let log = MemoryLog()
        let answer = try await exchange(pieces, length: "6", log: log)
        #expect(!answer.contains("/next"))
        #expect(faults(log) == [["declared": "6", "made": "\(pieces.joined().count)", "request": "r-1"]])
    }

    @Test(
        "are cut off at it where they go on, and that is a fault in the log",
        arguments: [["abcdefg"], ["abc", "defg"], ["abcdef", "g"], ["a", "bcdef", "g"]])
    func more(pieces: [String]) async throws {
        let log = MemoryLog()
        let answer = try await exchange(pieces, length: "6", log: log)
        #expect(answer.contains("\r\n\r\nabcdefHTTP/1.1 200 ") && answer.hasSuffix("GET /next a "))
        #expect(faults(log) == [["declared": "6", "made": "7", "request": "r-1"]])
    }

    @Test("are chunked where what is declared is no number")
    func noNumber() async throws {
        let answer = try await exchange(["abcdef"], length: "+6")
        #expect(answer.contains("chunked") && !answer.contains("Content-Length: +6"))
    }

    private func faults(_ log: MemoryLog) -> [[String: String]] {
        log.lines.filter { $0.level == .error }.map(\.metadata)
    }
}
