import Kernel
import Metrics
import Testing

@testable import MetricsPlugin

@Suite("What series measure")
struct SeriesTests {
    private let registry = PrometheusRegistry(descriptions: [
        MetricDescription(.histogram, "h", help: "Sizes.", buckets: [10, 1, .infinity, 1, 5]),
        MetricDescription(.histogram, "t_seconds", help: "Times.", buckets: [0.005, 0.01]),
    ])

    @Test(
        "A value on a bound is within it",
        arguments: [
            (0.0, [1, 1, 1, 1]), (1.0, [1, 1, 1, 1]), (1.0.nextUp, [0, 1, 1, 1]), (5.0, [0, 1, 1, 1]),
            (10.0, [0, 0, 1, 1]),
            (10.0.nextUp, [0, 0, 0, 1]), (-1.0, [1, 1, 1, 1]),
        ])
    func bounds(value: Double, counts: [Int]) {
        Recorder(label: "h", factory: registry).record(value)
        let expected = zip(["1", "5", "10", "+Inf"], counts).map { "h_bucket{le=\"\($0)\"} \($1)" }
        #expect(Array(registry.samples.prefix(4)) == expected)
    }

    @Test(
        "A duration on a bound is within it, to the nanosecond",
        arguments: [(5_000_000, 1), (5_000_001, 0), (0, 1), (-7, 1), (Int64.min, 1)])
    func durations(nanoseconds: Int64, count: Int) {
        Timer(label: "t", factory: registry).recordNanoseconds(nanoseconds)
        #expect(registry.samples.first == "t_seconds_bucket{le=\"0.005\"} \(count)")
        #expect(registry.samples.last == "t_seconds_count 1")
    }

    @Test("A value that is not finite is not counted", arguments: [Double.nan, .infinity, -.infinity])
    func notFinite(value: Double) {
        let recorder = Recorder(label: "h", factory: registry)
        recorder.record(value)
        recorder.record(2)
        #expect(registry.samples.suffix(2) == ["h_sum 2", "h_count 1"])
    }

    @Test("A counter ignores what would make it fall, and can be reset")
    func countersOnlyGrow() {
        let counter = Counter(label: "c", factory: registry)
        let fractions = FloatingPointCounter(label: "f", factory: registry)
        counter.increment(by: 5)
        counter.increment(by: -3)
        fractions.increment(by: 0.5)
        for amount in [-1, Double.nan, .infinity] { fractions.increment(by: amount) }
        #expect(registry.samples == ["c_total 5", "f_total 0.5"])
        counter.reset()
        fractions.reset()
        #expect(registry.samples == ["c_total 0", "f_total 0"])
    }

    @Test("Whole counts are exact beyond what a floating point number holds")
    func exactCounts() {
        let counter = Counter(label: "c", factory: registry)
        counter.increment(by: 9_007_199_254_740_993)
        #expect(registry.samples == ["c_total 9007199254740993"])
    }

    @Test("A meter is set, raised and lowered")
    func meter() {
        let meter = Meter(label: "m", factory: registry)
        meter.set(10)
        meter.increment(by: 2.5)
        meter.decrement(by: 1.0)
        #expect(registry.samples == ["m 11.5"])
    }

    @Test("Nothing is lost when eight tasks measure the same metrics at once")
    func concurrency() async {
        let registry = registry
        await withTaskGroup { group in
            for _ in 0..<8 {
                group.addTask {
                    let counter = Counter(label: "c", factory: registry)
                    let fractions = FloatingPointCounter(label: "f", factory: registry)
                    let meter = Meter(label: "m", factory: registry)
                    let recorder = Recorder(label: "h", factory: registry)
                    for _ in 0..<10_000 {
                        counter.increment()
                        fractions.increment(by: 0.5)
                        meter.increment(by: 2.0)
                        recorder.record(3)
                    }
                }
            }
        }
        #expect(
            registry.samples == [
                "c_total 80000", "f_total 40000", #"h_bucket{le="1"} 0"#, #"h_bucket{le="5"} 80000"#,
                #"h_bucket{le="10"} 80000"#, #"h_bucket{le="+Inf"} 80000"#, "h_sum 240000", "h_count 80000", "m 160000",
            ])
    }
}
