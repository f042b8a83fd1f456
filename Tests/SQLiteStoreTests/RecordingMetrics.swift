import CoreMetrics
import Synchronization

/// A metrics backend that keeps all values of every series.
final class RecordingMetrics: MetricsFactory {
    private let values = Mutex<[String: [Double]]>([:])

    /// The values recorded so far.
    subscript(label: String) -> [Double] { values.withLock { $0[label] ?? [] } }

    func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        NOOPMetricsHandler.instance
    }

    func makeFloatingPointCounter(label: String, dimensions: [(String, String)]) -> any FloatingPointCounterHandler {
        NOOPMetricsHandler.instance
    }

    func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
        NOOPMetricsHandler.instance
    }

    func makeRecorder(label: String, dimensions: [(String, String)], aggregate: Bool) -> any RecorderHandler {
        Series(label: label, metrics: self)
    }

    func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        Series(label: label, metrics: self)
    }

    func destroyCounter(_ handler: any CounterHandler) {}
    func destroyFloatingPointCounter(_ handler: any FloatingPointCounterHandler) {}
    func destroyMeter(_ handler: any MeterHandler) {}
    func destroyRecorder(_ handler: any RecorderHandler) {}
    func destroyTimer(_ handler: any TimerHandler) {}

    private final class Series: RecorderHandler, TimerHandler {
        private let label: String
        private let metrics: RecordingMetrics

        init(label: String, metrics: RecordingMetrics) {
            self.label = label
            self.metrics = metrics
        }

        func record(_ value: Int64) { record(Double(value)) }
        func record(_ value: Double) { metrics.values.withLock { $0[label, default: []].append(value) } }
        func recordNanoseconds(_ duration: Int64) { record(Double(duration) / 1e9) }
    }
}
