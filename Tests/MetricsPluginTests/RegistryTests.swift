import Kernel
import KernelTesting
import Logging
import Metrics
import Testing

@testable import MetricsPlugin

@Suite("The registry of metrics")
struct RegistryTests {
    @Test("The same label and dimensions, in any order, are the same metric")
    func sameMetric() {
        let registry = PrometheusRegistry()
        Counter(label: "c", dimensions: [("a", "1"), ("b", "2")], factory: registry).increment()
        Counter(label: "c", dimensions: [("b", "2"), ("a", "1")], factory: registry).increment()
        FloatingPointCounter(label: "c", dimensions: [("a", "1"), ("b", "2")], factory: registry).increment(by: 0.5)
        #expect(registry.samples == [#"c_total{a="1",b="2"} 2.5"#])
    }

    @Test("A metric has at most so many series; those beyond are dropped and counted, and known ones go on")
    func bound() {
        let registry = PrometheusRegistry(maxSeriesPerMetric: 3)
        for id in 1...10 { Counter(label: "c", dimensions: [("id", "\(id)")], factory: registry).increment() }
        Counter(label: "c", dimensions: [("id", "2")], factory: registry).increment()
        Counter(label: "other", factory: registry).increment()
        #expect(
            registry.samples == [
                #"c_total{id="1"} 1"#, #"c_total{id="2"} 2"#, #"c_total{id="3"} 1"#, "other_total 1",
            ])
        #expect(registry.wholeScrape.contains("\nmana_sync_metrics_dropped_series_total 7\n"))
    }

    @Test("The count of dropped series is there from the start")
    func droppedAtStart() {
        #expect(PrometheusRegistry().wholeScrape.hasSuffix("\nmana_sync_metrics_dropped_series_total 0\n"))
    }

    @Test("A destroyed metric leaves the scrape when its last handle is gone, and makes room")
    func destroy() {
        let registry = PrometheusRegistry(maxSeriesPerMetric: 1)
        let first = Timer(label: "t", dimensions: [("n", "1")], factory: registry)
        let second = Timer(label: "t", dimensions: [("n", "1")], factory: registry)
        first.destroy()
        second.recordSeconds(1)
        #expect(registry.samples.last == #"t_seconds_count{n="1"} 1"#)
        second.destroy()
        #expect(registry.samples.isEmpty)
        Timer(label: "t", dimensions: [("n", "2")], factory: registry).recordSeconds(1)
        #expect(registry.samples.last == #"t_seconds_count{n="2"} 1"#)
        second.destroy()
        #expect(registry.samples.last == #"t_seconds_count{n="2"} 1"#)
    }

    @Test("Every kind of metric can be destroyed, dropped ones too")
    func destroyAll() {
        let registry = PrometheusRegistry(maxSeriesPerMetric: 1)
        for label in ["x", "y"] {
            let dimensions = [("n", label)]
            let counter = Counter(label: "c", dimensions: dimensions, factory: registry)
            let fractions = FloatingPointCounter(label: "f", dimensions: dimensions, factory: registry)
            let meter = Meter(label: "m", dimensions: dimensions, factory: registry)
            let gauge = Gauge(label: "g", dimensions: dimensions, factory: registry)
            let timer = Timer(label: "t", dimensions: dimensions, factory: registry)
            if label == "y" {
                counter.destroy()
                fractions.destroy()
                meter.destroy()
                gauge.destroy()
                timer.destroy()
                #expect(registry.samples.count == 4 + DefaultBuckets.seconds.count + 3)
            }
        }
    }

    /// A metric `a`, then one of another kind that would write samples of the same name.
    private static let clashes:
        [(String, @Sendable (PrometheusRegistry) -> Void, @Sendable (PrometheusRegistry) -> Void)] = [
            (
                "counter and gauge", { Counter(label: "a", factory: $0).increment() },
                { Gauge(label: "a_total", factory: $0).record(5) }
            ),
            (
                "gauge and histogram", { Gauge(label: "a", factory: $0).record(1) },
                { Recorder(label: "a", factory: $0).record(5) }
            ),
            (
                "histogram and gauge", { Recorder(label: "a", factory: $0).record(1) },
                { Meter(label: "a", factory: $0).set(5) }
            ),
            (
                "histogram and its count", { Recorder(label: "a", factory: $0).record(1) },
                { Gauge(label: "a_count", factory: $0).record(5) }
            ),
            (
                "a sum and its histogram", { Gauge(label: "a_sum", factory: $0).record(1) },
                { Recorder(label: "a", factory: $0).record(5) }
            ),
        ]

    @Test(
        "A second metric whose samples have a name of the first is dropped, and logged once", arguments: clashes.indices
    )
    func clash(index: Int) {
        let (name, first, second) = Self.clashes[index]
        let log = MemoryLog()
        let registry = PrometheusRegistry(maxSeriesPerMetric: 10, logger: log.logger())
        first(registry)
        let before = registry.scrape
        second(registry)
        second(registry)
        #expect(registry.scrape == before, "\(name)")
        #expect(log.lines.map(\.message) == ["metric is not measured"], "\(name)")
    }

    @Test("A declaration holds against whoever uses the name otherwise")
    func declaredKind() {
        let registry = PrometheusRegistry(descriptions: [
            MetricDescription(.gauge, "a", help: "A."),
            MetricDescription(.gauge, "a", help: "Another."),
            MetricDescription(.histogram, "a", help: "Impossible."),
        ])
        Recorder(label: "a", factory: registry).record(5)
        #expect(registry.scrape.isEmpty)
        Gauge(label: "a", factory: registry).record(1)
        #expect(registry.scrape == "# HELP a Another.\n# TYPE a gauge\na 1\n")
    }

    @Test(
        "A description that comes after the metric was made gives it its help and, while nothing was counted, its buckets"
    )
    func lateDescription() {
        let registry = PrometheusRegistry()
        let size = Recorder(label: "size", factory: registry)
        registry.describe([MetricDescription(.histogram, "size", help: "Sizes.", buckets: [7])])
        size.record(7)
        registry.describe([MetricDescription(.histogram, "size", help: "Sizes of groups.", buckets: [8, 9])])
        #expect(
            registry.scrape == """
                # HELP size Sizes of groups.
                # TYPE size histogram
                size_bucket{le="7"} 1
                size_bucket{le="+Inf"} 1
                size_sum 7
                size_count 1

                """)
    }
}
