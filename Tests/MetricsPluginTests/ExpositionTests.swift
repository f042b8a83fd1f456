import Kernel
import Metrics
import Testing

@testable import MetricsPlugin

@Suite("The text of a scrape")
struct ExpositionTests {
    private static let descriptions = [
        MetricDescription(.counter, "pushes_total", help: "Pushes that were taken."),
        MetricDescription(.histogram, "push_seconds", help: "Time a push took.", buckets: [0.1, 1]),
        MetricDescription(.histogram, "group_size", help: "Pushes\nper \"commit\" \\ group.", buckets: [1, 2.5]),
    ]

    @Test("A counter has a heading and one line per set of labels, sorted")
    func counter() {
        let registry = PrometheusRegistry(descriptions: Self.descriptions)
        Counter(label: "pushes", dimensions: [("result", "taken"), ("app", "todo")], factory: registry).increment(by: 3)
        Counter(label: "pushes", dimensions: [("app", "mail"), ("result", "taken")], factory: registry).increment()
        #expect(
            registry.scrape == """
                # HELP pushes_total Pushes that were taken.
                # TYPE pushes_total counter
                pushes_total{app="mail",result="taken"} 1
                pushes_total{app="todo",result="taken"} 3

                """)
    }

    @Test("A timer is a histogram of seconds with cumulative buckets")
    func timer() {
        let registry = PrometheusRegistry(descriptions: Self.descriptions)
        let timer = Timer(label: "push_seconds", dimensions: [("app", "todo")], factory: registry)
        timer.recordMilliseconds(50)
        timer.recordMilliseconds(200)
        timer.recordSeconds(2)
        #expect(
            registry.scrape == """
                # HELP push_seconds Time a push took.
                # TYPE push_seconds histogram
                push_seconds_bucket{app="todo",le="0.1"} 1
                push_seconds_bucket{app="todo",le="1"} 2
                push_seconds_bucket{app="todo",le="+Inf"} 3
                push_seconds_sum{app="todo"} 2.25
                push_seconds_count{app="todo"} 3

                """)
    }

    @Test("A recorder without labels has buckets with only their bound; the help text is escaped")
    func recorder() {
        let registry = PrometheusRegistry(descriptions: Self.descriptions)
        Recorder(label: "group.size", factory: registry).record(2)
        #expect(
            registry.scrape == #"""
                # HELP group_size Pushes\nper "commit" \\ group.
                # TYPE group_size histogram
                group_size_bucket{le="1"} 0
                group_size_bucket{le="2.5"} 1
                group_size_bucket{le="+Inf"} 1
                group_size_sum 2
                group_size_count 1

                """#)
    }

    @Test("A metric that no one declared has a general help text; families are sorted and not interleaved")
    func undeclared() {
        let registry = PrometheusRegistry()
        Gauge(label: "pool.b", dimensions: [("n", "2")], factory: registry).record(2)
        Gauge(label: "pool.a", factory: registry).record(1)
        Gauge(label: "pool.b", dimensions: [("n", "1")], factory: registry).record(1)
        #expect(
            registry.scrape == """
                # HELP pool_a Reported as 'pool.a', without a description.
                # TYPE pool_a gauge
                pool_a 1
                # HELP pool_b Reported as 'pool.b', without a description.
                # TYPE pool_b gauge
                pool_b{n="1"} 1
                pool_b{n="2"} 2

                """)
    }

    @Test("A declared metric that nothing was measured of is not written")
    func declaredOnly() {
        #expect(PrometheusRegistry(descriptions: Self.descriptions).scrape.isEmpty)
    }

    @Test(
        "Numbers are written as the format has them",
        arguments: [
            (Double.nan, "NaN"), (.infinity, "+Inf"), (-.infinity, "-Inf"), (0, "0"), (-0.0, "0"), (-3, "-3"),
            (0.25, "0.25"),
            (1e-7, "1e-07"), (1_700_000_000, "1700000000"), (9_007_199_254_740_992, "9007199254740992.0"),
            (1e300, "1e+300"),
        ])
    func numbers(value: Double, text: String) {
        let registry = PrometheusRegistry()
        Gauge(label: "g", factory: registry).record(value)
        #expect(registry.samples == ["g \(text)"])
    }

    @Test(
        "Label values are escaped",
        arguments: [
            ("a\"b", #"a\"b"#), (#"a\b"#, #"a\\b"#), ("a\nb", #"a\nb"#), ("a\r\nb", "a\r\\nb"), ("", ""),
            ("שלום 🙂", "שלום 🙂"),
            ("{},= #", "{},= #"),
        ])
    func labelValues(value: String, text: String) {
        let registry = PrometheusRegistry()
        Gauge(label: "g", dimensions: [("v", value)], factory: registry).record(1)
        #expect(registry.wholeScrape.hasPrefix("# HELP g "))
        #expect(registry.wholeScrape.contains("g{v=\"\(text)\"} 1\n"))
    }

    @Test(
        "Names of metrics are those of the data model",
        arguments: [
            ("a.b-c/d", "a_b_c_d"), ("9lives", "_9lives"), ("", "_"), ("a:b", "a_b"), ("größe", "gr__e"),
            ("x y\n# z", "x_y___z"),
            ("kept_Name1", "kept_Name1"),
        ])
    func metricNames(label: String, name: String) {
        let registry = PrometheusRegistry()
        Gauge(label: label, factory: registry).record(1)
        #expect(registry.samples == ["\(name) 1"])
    }

    @Test(
        "Names of labels are those of the data model, unreserved and each once",
        arguments: [
            ([("a.b", "1")], #"a_b="1""#),
            ([("le", "1"), ("quantile", "2")], #"exported_le="1",exported_quantile="2""#),
            ([("__name__", "1")], #"exported___name__="1""#),
            ([("a.b", "1"), ("a_b", "2")], #"a_b="1",exported_a_b="2""#),
            ([("a", "2"), ("a", "1")], #"a="1",exported_a="2""#),
            ([("1", "x"), ("", "y")], #"_="y",_1="x""#),
        ])
    func labelNames(dimensions: [(String, String)], text: String) {
        #expect(LabelSet(dimensions).text == text)
    }

    @Test(
        "A timer's name says seconds, a counter's total, each once",
        arguments: [("t", "t_seconds_count 1", "t_total 1"), ("t_seconds", "t_seconds_count 1", "t_seconds_total 1")])
    func suffixes(label: String, timer: String, counter: String) {
        let registry = PrometheusRegistry()
        Timer(label: label, factory: registry).recordSeconds(1)
        Counter(label: label, factory: registry).increment()
        Counter(label: label + "_total", factory: registry).increment(by: 0)
        #expect(registry.samples.contains(timer))
        #expect(registry.samples.filter { $0.contains("total") } == [counter])
    }
}
