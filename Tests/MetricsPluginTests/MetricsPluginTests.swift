import HTTPTypes
import HummingbirdCore
import Kernel
import KernelTesting
import Metrics
import Testing

@testable import MetricsPlugin

@Suite("The Metrics plugin")
struct MetricsPluginTests {
    private static let yaml = "plugins: {metrics: {enabled: true}, notes: {enabled: true}}"

    private let server: PluginHarness

    init() throws {
        server = try PluginHarness(plugins: [MetricsPlugin.self, NotesPlugin.self], yaml: Self.yaml)
    }

    private func scrape() async throws -> [String] {
        try await server.send(.get, "/metrics").body.split(separator: "\n").map(String.init)
    }

    /// The labels of the requests that were counted, with their number, the scrapes left out.
    private func requests() async throws -> [String] {
        try await scrape().filter { $0.hasPrefix("mana_sync_http_request_seconds_count") && !$0.contains("/metrics") }
            .map { String($0.dropFirst("mana_sync_http_request_seconds_count".count)) }
    }

    @Test("A scrape is open to all and has the media type of the text format")
    func mediaType() async throws {
        let answer = try await server.send(.get, "/metrics")
        #expect(answer.status == .ok)
        #expect(answer.headers[.contentType] == "text/plain; version=0.0.4; charset=utf-8")
        #expect(answer.body.hasSuffix("\n"))
    }

    @Test("Requests are timed by the route's template, the method and the status")
    func routes() async throws {
        for id in ["a", "b", "secret"] { _ = try await server.send(.get, "/notes/\(id)?user=alice") }
        _ = try await server.send(.post, "/notes/a")
        #expect(
            try await requests() == [
                #"{method="GET",route="/notes/{id}",status="200"} 3"#,
                #"{method="POST",route="/notes/{id}",status="418"} 1"#,
            ])
        #expect(try await !scrape().contains { $0.contains("secret") || $0.contains("alice") })
    }

    @Test("Requests that no route takes are unmatched, whatever their path")
    func unmatched() async throws {
        for path in ["/nowhere", "/notes", "/%ff"] { _ = try await server.send(.get, path) }
        _ = try await server.send(.delete, "/notes/a")
        let counted = try await requests()
        #expect(counted.count == 3)
        #expect(counted.allSatisfy { $0.contains(#"route="unmatched""#) })
        #expect(counted.contains { $0.hasPrefix(#"{method="GET",route="unmatched",status="404"} 2"#) })
        #expect(counted.contains { $0.hasPrefix(#"{method="DELETE",route="unmatched",status="405"} 1"#) })
    }

    @Test("Methods that are not standard count as one", arguments: ["BREW", "PROPFIND", "get"])
    func otherMethods(name: String) async throws {
        let method = try #require(HTTPRequest.Method(rawValue: name))
        _ = try await server.send(method, "/nowhere")
        #expect(try await requests() == [#"{method="other",route="unmatched",status="404"} 1"#])
    }

    @Test("An answer that is an error is timed as what the client gets")
    func errors() async throws {
        _ = try await server.send(.put, "/notes/a")
        #expect(try await requests() == [#"{method="PUT",route="/notes/{id}",status="500"} 1"#])
    }

    @Test("What other plugins record and declare is in the scrape, with their help and buckets")
    func otherPlugins() async throws {
        _ = try await server.send(.get, "/notes/a")
        let scrape = try await scrape()
        #expect(scrape.contains("# HELP notes_read_words Words of the notes that were read."))
        #expect(scrape.filter { $0.hasPrefix("notes_read_words_bucket") }.count == 3)
        #expect(scrape.contains("notes_read_words_count 1"))
    }

    @Test("The process's own metrics and the build's are in the scrape, described")
    func process() async throws {
        #expect(try await scrape().contains("mana_sync_build_info{version=\"\(BuildInfo.version)\"} 1"))
        #expect(try await scrape().contains("# HELP process_open_fds Open file descriptors."))
    }

    @Test(
        "promtool finds nothing on a whole scrape", .enabled(if: Promtool.isInstalled, Promtool.remedy))
    func promtool() async throws {
        _ = try await server.send(.get, "/notes/a")
        _ = try await server.send(.get, "/nowhere")
        let check = try Promtool.check(try await server.send(.get, "/metrics").body)
        #expect(check.findings.isEmpty)
        #expect(check.status == 0)
    }

    @Test("The limit of series is checked", arguments: [0, -1, 100_001])
    func limit(value: Int) {
        #expect(throws: ConfigurationErrors.self) {
            try PluginHarness(
                plugins: [MetricsPlugin.self], yaml: "plugins: {metrics: {enabled: true, maxSeriesPerMetric: \(value)}}"
            )
        }
    }

    @Test("The limit of series holds for requests too")
    func bounded() async throws {
        let server = try PluginHarness(
            plugins: [MetricsPlugin.self, NotesPlugin.self],
            yaml: "plugins: {metrics: {enabled: true, maxSeriesPerMetric: 1}, notes: {enabled: true}}")
        for _ in 0..<3 {
            _ = try await server.send(.get, "/notes/a")
            _ = try await server.send(.post, "/notes/a")
        }
        let answer = try await server.send(.get, "/metrics")
        #expect(answer.body.contains(#"_count{method="GET",route="/notes/{id}",status="200"} 3"#))
        #expect(!answer.body.contains("POST"))
    }
}

/// A plugin that answers in several ways and records a metric.
private struct NotesPlugin: Plugin {
    static let manifest = PluginManifest(id: "notes", summary: "notes for a test")

    private let words: Recorder

    init(config: NoConfig, dependencies: Dependencies) {
        words = Recorder(label: "notes_read_words", factory: dependencies.metrics)
    }

    func register(into registry: inout PluginRegistry) {
        let open = Route.Access.open(because: "a test")
        registry.route(
            Route(.get, "/notes/{id}", access: open, summary: "reads") { [words] _, _ in
                words.record(7)
                return Response(status: .ok)
            })
        registry.route(
            Route(.post, "/notes/{id}", access: open, summary: "refuses") { _, _ in Response(status: .init(code: 418)) }
        )
        registry.route(Route(.put, "/notes/{id}", access: open, summary: "fails") { _, _ in throw Broken() })
        registry.metric(
            MetricDescription(
                .histogram, "notes_read_words", help: "Words of the notes that were read.", buckets: [5, 10]))
    }

    private struct Broken: Error {}
}
