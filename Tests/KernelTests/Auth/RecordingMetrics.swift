import CoreMetrics
import Synchronization

/// A metrics backend that keeps the last value of every counter and gauge by its name and labels.
final class RecordingMetrics: MetricsFactory {
    private let values = Mutex<[String: Double]>([:])

    /// The value of, for example, `name{result="hit"}`; `nil` if nothing was ever recorded.
    subscript(series: String) -> Double? { values.withLock { $0[series] } }

    func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        Series(name: Self.name(label, dimensions), metrics: self)
    }

    func makeFloatingPointCounter(label: String, dimensions: [(String, String)]) -> any FloatingPointCounterHandler {
        NOOPMetricsHandler.instance
    }

    func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
        NOOPMetricsHandler.instance
    }

    func makeRecorder(label: String, dimensions: [(String, String)], aggregate: Bool) -> any RecorderHandler {
        Series(name: Self.name(label, dimensions), metrics: self)
    }

    func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        NOOPMetricsHandler.instance
    }

    func destroyCounter(_ handler: any CounterHandler) {}
    func destroyFloatingPointCounter(_ handler: any FloatingPointCounterHandler) {}
    func destroyMeter(_ handler: any MeterHandler) {}
    func destroyRecorder(_ handler: any RecorderHandler) {}
    func destroyTimer(_ handler: any TimerHandler) {}

    private static func name(_ label: String, _ dimensions: [(String, String)]) -> String {
        guard !dimensions.isEmpty else { return label }
        return label + "{" + dimensions.map { "\($0)=\"\($1)\"" }.joined(separator: ",") + "}"
    }

    private final class Series: CounterHandler, RecorderHandler {
        private let name: String
        private let metrics: RecordingMetrics

        init(name: String, metrics: RecordingMetrics) {
            self.name = name
            self.metrics = metrics
        }

        func increment(by amount: Int64) { metrics.values.withLock { $0[name, default: 0] += Double(amount) } }
        func reset() { metrics.values.withLock { $0[name] = 0 } }
        func record(_ value: Int64) { record(Double(value)) }
        func record(_ value: Double) { metrics.values.withLock { $0[name] = value } }
    }
}
