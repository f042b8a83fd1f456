import NIOCore
import NIOEmbedded
import Testing

@testable import Kernel

@Suite("Connections past a cap", .timeLimit(.minutes(1)))
struct ConnectionCapTests {
    /// A front with one connection, which is all that it takes.
    private func withFullFront(
        isOfAddress: Bool, patience: TimeAmount = .seconds(60), metrics: RecordingMetrics = RecordingMetrics(),
        _ body: @Sendable (Int) async throws -> Void
    ) async throws {
        try await withFront(
            configure: { if isOfAddress { $0.maxConnectionsPerAddress = 1 } else { $0.maxConnections = 1 } },
            limits: { $0.lingerTime = patience }, metrics: metrics
        ) { front, port in
            let first = try await RawClient.connect(to: port)
            try await first.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            _ = await first.answer(containing: "GET / a")
            try await body(port)
            #expect(front.openConnections == 1)
            await first.close()
        }
    }

    @Test(
        "are answered by a problem and closed, whatever they begin with",
        arguments: [
            "GET / HTTP/1.1\r\nHost: a\r\n\r\n", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\nhalf",
            "G",
            "no HTTP\r\n\r\n",
        ], [true, false])
    func answered(request: String, isOfAddress: Bool) async throws {
        let metrics = RecordingMetrics()
        try await withFullFront(isOfAddress: isOfAddress, metrics: metrics) { port in
            let second = try await RawClient.connect(to: port)
            try await second.send(request)
            let answer = await second.answerUntilClose()
            #expect(answer.hasPrefix("HTTP/1.1 \(isOfAddress ? 429 : 503) "))
            #expect(answer.contains("\r\nRetry-After: 5\r\n") && answer.contains("\r\nConnection: close\r\n"))
            #expect(answer.contains("\r\nContent-Type: application/problem+json\r\n"))
            #expect(answer.contains("\"error\":\"too_many_connections\"") && answer.contains("\"requestId\":"))
            #expect(!second.wasReset)
        }
        let reason = isOfAddress ? "address" : "total"
        #expect(metrics["mana_sync_connections_refused_total{reason=\"\(reason)\"}"] == 1)
    }

    @Test("get an answer to HEAD that has no body")
    func head() async throws {
        try await withFullFront(isOfAddress: true) { port in
            let second = try await RawClient.connect(to: port)
            try await second.send("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(await second.answerUntilClose().hasSuffix("\r\n\r\n"))
        }
    }

    @Test("that send nothing are closed without a word")
    func silent() async throws {
        try await withFullFront(isOfAddress: true, patience: .milliseconds(50)) { port in
            let second = try await RawClient.connect(to: port)
            #expect(await second.answerUntilClose().isEmpty)
        }
    }

    @Test("are answered so many at a time, and the places of those that are gone are free again")
    func bound() throws {
        let settings = ConnectionSettings(ServerConfig(), responder: .echo, logger: .silent)
        let refuser = ConnectionRefuser(limit: 1)
        let (first, second) = (EmbeddedChannel(), EmbeddedChannel())
        #expect(try refuser.refuse(first, with: RefusalReason.total.problem, settings))
        #expect(try !refuser.refuse(second, with: RefusalReason.total.problem, settings))
        try first.close().wait()
        first.embeddedEventLoop.run()
        #expect(try refuser.refuse(second, with: RefusalReason.total.problem, settings))
    }
}
