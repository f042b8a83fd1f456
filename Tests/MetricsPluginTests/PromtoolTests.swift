import Kernel
import Metrics
import Testing

@testable import MetricsPlugin

@Suite("Prometheus's own checker", .enabled(if: Promtool.isInstalled, Promtool.remedy))
struct PromtoolTests {
    @Test("promtool finds nothing on a scrape with metrics of all kinds and awkward labels")
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
        let check = try Promtool.check(registry.wholeScrape)
        #expect(check.findings.isEmpty)
        #expect(check.status == 0)
    }

    @Test("promtool is run such that it finds what is wrong")
    func broken() throws {
        #expect(try Promtool.check("# TYPE a counter\na 1\n").findings.contains("_total"))
        #expect(try Promtool.check("a{b=\"c} 1\n").status != 0)
    }
}
