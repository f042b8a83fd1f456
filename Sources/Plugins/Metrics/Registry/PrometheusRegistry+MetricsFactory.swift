import CoreMetrics
import Kernel

extension PrometheusRegistry: MetricsFactory {
    func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        retain(CounterSeries.self, request(label, dimensions, kind: .counter)) ?? NOOPMetricsHandler.instance
    }

    func makeFloatingPointCounter(label: String, dimensions: [(String, String)]) -> any FloatingPointCounterHandler {
        retain(CounterSeries.self, request(label, dimensions, kind: .counter)) ?? NOOPMetricsHandler.instance
    }

    func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
        retain(GaugeSeries.self, request(label, dimensions, kind: .gauge)) ?? NOOPMetricsHandler.instance
    }

    /// A histogram if `aggregate`, otherwise a gauge.
    func makeRecorder(label: String, dimensions: [(String, String)], aggregate: Bool) -> any RecorderHandler {
        guard aggregate else {
            return retain(GaugeSeries.self, request(label, dimensions, kind: .gauge)) ?? NOOPMetricsHandler.instance
        }
        var request = request(label, dimensions, kind: .histogram)
        request.defaultBuckets = DefaultBuckets.values
        return retain(HistogramSeries.self, request) ?? NOOPMetricsHandler.instance
    }

    /// A histogram of seconds. Its name ends in `_seconds`, and that is the name to declare it by.
    func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        let request = FamilyTable.Request(
            name: PrometheusName.timer(label), help: help(label), dimensions: dimensions,
            defaultBuckets: DefaultBuckets.seconds)
        return retain(HistogramSeries.self, request) ?? NOOPMetricsHandler.instance
    }

    func destroyCounter(_ handler: any CounterHandler) { release(handler) }
    func destroyFloatingPointCounter(_ handler: any FloatingPointCounterHandler) { release(handler) }
    func destroyMeter(_ handler: any MeterHandler) { release(handler) }
    func destroyRecorder(_ handler: any RecorderHandler) { release(handler) }
    func destroyTimer(_ handler: any TimerHandler) { release(handler) }

    private func request(
        _ label: String, _ dimensions: [(String, String)], kind: MetricDescription.Kind
    ) -> FamilyTable.Request {
        FamilyTable.Request(
            name: PrometheusName.metric(label, kind: kind), help: help(label), dimensions: dimensions)
    }

    /// The help of a metric that no one declared, which is what a library's metrics are.
    private func help(_ label: String) -> String {
        "Reported as '\(label)', without a description."
    }
}

/// The bounds of histograms that are not declared, or declared without buckets.
enum DefaultBuckets {
    /// From a millisecond to ten seconds.
    static let seconds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]
    /// Counts and sizes: from one to a million.
    static let values: [Double] = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 10_000, 100_000, 1_000_000]
}
