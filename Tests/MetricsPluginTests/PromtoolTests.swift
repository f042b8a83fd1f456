import Foundation
import Kernel
import Metrics
import Testing

@testable import MetricsPlugin

@Suite("Prometheus's own checker")
struct PromtoolTests {
    private static let promtool = ["/usr/bin/promtool", "/usr/local/bin/promtool"]
        .first(where: FileManager.default.isExecutableFile)

    @Test(
        "promtool finds nothing on a scrape with metrics of all kinds and awkward labels",
        .enabled(if: promtool != nil, "promtool is not installed: it is in Debian's package 'prometheus'"))
    func clean() throws {
        let registry = PrometheusRegistry()
        registry.describe(ProcessMetrics.descriptions)
        ProcessMetrics(factory: registry).refresh()
        for value in ["", "a\"b\\c\nd", "🙂", "{le=\"1\"}"] {
            let labels = [("le", value), ("quantile", value), ("__x", value), ("9.a", value), ("9_a", value)]
            Counter(label: "library.requests", dimensions: labels, factory: registry).increment()
            FloatingPointCounter(label: "library.cost", dimensions: labels, factory: registry).increment(by: 0.5)
            Meter(label: "library.open-files", dimensions: labels, factory: registry).set(3)
            Gauge(label: "9.level:colon", dimensions: labels, factory: registry).record(Double.nan)
            Recorder(label: "library.sizes", dimensions: labels, factory: registry).record(3)
            Timer(label: "library.waits", dimensions: labels, factory: registry).recordMilliseconds(3)
        }
        let (status, output) = try check(registry.wholeScrape)
        #expect(output.isEmpty)
        #expect(status == 0)
    }

    @Test(
        "promtool is run such that it finds what is wrong", .enabled(if: promtool != nil, "promtool is not installed"))
    func broken() throws {
        #expect(try check("# TYPE a counter\na 1\n").output.contains("_total"))
        #expect(try check("a{b=\"c} 1\n").status != 0)
    }

    private func check(_ scrape: String) throws -> (status: Int32, output: String) {
        let process = Process()
        process.executableURL = URL(filePath: try #require(Self.promtool))
        process.arguments = ["check", "metrics"]
        let input = Pipe()
        let output = Pipe()
        process.standardInput = input
        process.standardOutput = output
        process.standardError = output
        try process.run()
        try input.fileHandleForWriting.write(contentsOf: Data(scrape.utf8))
        try input.fileHandleForWriting.close()
        let text = String(decoding: try output.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
        process.waitUntilExit()
        return (process.terminationStatus, text)
    }
}
