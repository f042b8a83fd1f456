public import CoreMetrics
import Synchronization

/// Keeps metrics in memory, for tests that look at them: the sum of a counter, the last value of a gauge, how often a timer was used.
public final class MemoryMetrics: MetricsFactory {
    private let values = Mutex<[String: Double]>([:])

    /// Nothing measured yet.
    public init() {}

    /// The value of, for example, `name{service="a",result="hit"}`, labels in the order of the code; 0 if nothing was recorded.
    public subscript(series: String) -> Double { values.withLock { $0[series] ?? 0 } }

    public func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        Series(label, dimensions, self)
    }

    public func makeRecorder(label: String, dimensions: [(String, String)], aggregate: Bool) -> any RecorderHandler {
        Series(label, dimensions, self)
    }

    public func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        Series(label, dimensions, self)
    }

    public func makeFloatingPointCounter(
        label: String, dimensions: [(String, String)]
    ) -> any FloatingPointCounterHandler {
        NOOPMetricsHandler.instance
    }

    public func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
        NOOPMetricsHandler.instance
    }

    public func destroyCounter(_ handler: any CounterHandler) {}
    public func destroyFloatingPointCounter(_ handler: any FloatingPointCounterHandler) {}
    public func destroyMeter(_ handler: any MeterHandler) {}
    public func destroyRecorder(_ handler: any RecorderHandler) {}
    public func destroyTimer(_ handler: any TimerHandler) {}

    private final class Series: CounterHandler, RecorderHandler, TimerHandler {
        private let name: String
        private let metrics: MemoryMetrics

        init(_ label: String, _ dimensions: [(String, String)], _ metrics: MemoryMetrics) {
            let labels = dimensions.map { "\($0)=\"\($1)\"" }.joined(separator: ",")
            name = labels.isEmpty ? label : "\(label){\(labels)}"
            self.metrics = metrics
        }

        func increment(by amount: Int64) { metrics.values.withLock { $0[name, default: 0] += Double(amount) } }
        func reset() { metrics.values.withLock { $0[name] = 0 } }
        func record(_ value: Int64) { record(Double(value)) }
        func record(_ value: Double) { metrics.values.withLock { $0[name] = value } }
        func recordNanoseconds(_ duration: Int64) { metrics.values.withLock { $0[name, default: 0] += 1 } }
    }
}
