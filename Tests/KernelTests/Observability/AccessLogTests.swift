import HTTPTypes
import HummingbirdCore
import KernelTesting
import NIOCore
import Testing

@testable import Kernel

@Suite("The access log")
struct AccessLogTests {
    private let harness: PluginHarness

    init() throws {
        harness = try PluginHarness(plugins: [AnsweringPlugin.self], yaml: "plugins: {answering: {enabled: true}}")
    }

    /// The lines of requests, as message and the fields that are the same in each run.
    private var lines: [[String]] {
        harness.log.lines.filter { $0.metadata["route"] != nil }.map { line in
            [line.message] + ["route", "status", "bytes"].map { line.metadata[$0] ?? "-" }
        }
    }

    @Test("an answer of known length is one line, with its bytes")
    func known() async throws {
        try await harness.run { harness in _ = try await harness.send(.get, "/known") }
        #expect(lines == [["request", "/known", "200", "5"]])
    }

    @Test("an answer of unknown length has a line when it begins, and one when it has ended, with its bytes")
    func streamed() async throws {
        try await harness.run { harness in
            let answer = try await harness.open(.get, "/streamed")
            #expect(lines == [["request", "/streamed", "200", "-"]])
            while try await answer.next() != nil {}
        }
        #expect(lines.dropFirst() == [["answer ended", "/streamed", "200", "10"]])
        let ids = Set(harness.log.lines.compactMap { $0.metadata["request"] })
        #expect(ids.count == 1)
    }

    @Test("an answer whose reader goes away says so, with the bytes it had taken")
    func cut() async throws {
        try await harness.run { harness in
            let answer = try await harness.open(.get, "/streamed")
            _ = try await answer.next()
            await answer.leave()
        }
        #expect(lines.dropFirst() == [["answer cut off", "/streamed", "200", "5"]])
    }
}

private struct AnsweringPlugin: Plugin {
    static let manifest = PluginManifest(id: "answering", summary: "one answer of known length, one of unknown")

    init(config: NoConfig, dependencies: Dependencies) {}

    func register(into registry: inout PluginRegistry) {
        registry.route(
            Route(.get, "/known", access: .open(because: "a test"), summary: "of a test") { _, _ in
                Response(status: .ok, body: ResponseBody(byteBuffer: ByteBuffer(string: "hello")))
            })
        registry.route(
            Route(.get, "/streamed", access: .open(because: "a test"), summary: "of a test") { _, _ in
                let body = ResponseBody { writer in
                    for _ in 0..<2 { try await writer.write(ByteBuffer(string: "hello")) }
                    try await writer.finish(nil)
                }
                return Response(status: .ok, body: body)
            })
    }
}
