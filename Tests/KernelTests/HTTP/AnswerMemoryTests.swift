import HTTPTypes
import HummingbirdCore
import KernelTesting
import Logging
import NIOCore
import NIOEmbedded
import Testing

@testable import Kernel

@Suite("The memory for answers", .timeLimit(.minutes(1)))
struct AnswerMemoryTests {
    /// More than the sockets' own buffers take.
    private static let large = ByteBuffer(repeating: UInt8(ascii: "x"), count: 8 << 20)

    /// Answers `/large` with as much, and says when such an answer has ended before its peer had it.
    private static func responder(_ cut: AsyncStream<Void>.Continuation) -> Responder {
        Responder { request, connection in
            guard request.uri.path == "/large" else { return await Responder.echo.respond(request, connection) }
            return Response(
                status: .ok,
                body: ResponseBody { writer in
                    do {
                        try await writer.write(large)
                        try await writer.finish(nil)
                    } catch {
                        cut.yield()
                        throw error
                    }
                })
        }
    }

    @Test("readers that take nothing are cut where they have too much together, and nobody else")
    func stoppedReaders() async throws {
        let (cuts, cut) = AsyncStream<Void>.makeStream()
        let metrics = RecordingMetrics()
        let limit = 4 * Self.large.readableBytes
        try await withFront(
            configure: { $0.maxAnswerMemory = ByteSize(bytes: limit) }, metrics: metrics, responder: Self.responder(cut)
        ) { _, port in
            var stopped: [RawClient] = []
            for _ in 0..<12 {
                let client = try await RawClient.connect(to: port, reads: false)
                try await client.send("GET /large HTTP/1.1\r\nHost: a\r\n\r\n")
                stopped.append(client)
            }
            // At most a quarter over the limit is left: five of them.
            var left = 12
            for await _ in cuts {
                left -= 1
                if left == 5 { break }
            }
            let reader = try await RawClient.connect(to: port)
            try await reader.send("GET /large HTTP/1.1\r\nHost: a\r\n\r\n")
            try await reader.send("GET /small HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
            #expect(await reader.answerUntilClose().hasSuffix("GET /small a "))
            #expect(reader.received.readableBytes > Self.large.readableBytes)
            #expect(metrics["mana_sync_answers_cut_total{reason=\"memory\"}"] ?? 0 >= 7)
            #expect(metrics["mana_sync_answer_memory_bytes"] ?? 0 <= Double(limit + limit / 4))
            for client in stopped { await client.close() }
        }
    }

    @Test("what was held is given back when the connections end")
    func givenBack() async throws {
        let metrics = RecordingMetrics()
        let (cuts, cut) = AsyncStream<Void>.makeStream()
        try await withFront(metrics: metrics, responder: Self.responder(cut)) { _, port in
            let client = try await RawClient.connect(to: port, reads: false)
            try await client.send("GET /large HTTP/1.1\r\nHost: a\r\n\r\n")
            let probe = try await RawClient.connect(to: port)
            try await probe.send("GET /small HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
            _ = await probe.answerUntilClose()
            await client.close()
            for await _ in cuts { break }
        }
        #expect(metrics["mana_sync_answer_memory_bytes"] ?? 0 == 0)
        #expect(metrics["mana_sync_answers_cut_total{reason=\"memory\"}"] == nil)
    }

    @Test("a flood of cuts is two lines in the first ten seconds, and all are told of")
    func lines() {
        let log = MemoryLog()
        let loop = EmbeddedEventLoop()
        let metrics = RecordingMetrics()
        let incidents = FrontIncidents(metrics: FrontMetrics(factory: metrics), logger: log.logger())
        for _ in 0..<100 { incidents.cut(because: .memory, on: loop) }
        incidents.cut(because: .slow, on: loop)
        loop.advanceTime(by: .seconds(1))
        #expect(log.lines.map(\.metadata) == [["memory": "100", "slow": "1"]])
        for _ in 0..<9 {
            incidents.cut(because: .stalled, on: loop)
            loop.advanceTime(by: .seconds(1))
        }
        #expect(log.lines.count == 1)
        loop.advanceTime(by: .seconds(1))
        #expect(log.lines.map(\.metadata).last == ["stalled": "9"])
        #expect(log.lines.count == 2)
        #expect(metrics["mana_sync_answers_cut_total{reason=\"stalled\"}"] == 9)
    }
}
