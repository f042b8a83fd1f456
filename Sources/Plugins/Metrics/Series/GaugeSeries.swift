import CoreMetrics
import Kernel

/// A value that goes up and down: meters, and recorders that do not aggregate. Lock-free.
final class GaugeSeries: MetricSeries, MeterHandler, RecorderHandler {
    static let kind = MetricDescription.Kind.gauge

    let id: SeriesID
    private let value = AtomicDouble(0)

    init(id: SeriesID, buckets: [Double] = []) {
        self.id = id
    }

    func set(_ value: Int64) { self.value.store(Double(value)) }
    func set(_ value: Double) { self.value.store(value) }
    func increment(by amount: Double) { value.add(amount) }
    func decrement(by amount: Double) { value.add(-amount) }
    func record(_ value: Int64) { set(value) }
    func record(_ value: Double) { set(value) }

    func write(to text: inout ExpositionText) {
        text.sample(id.metric, labels: id.labels, value: value.load())
    }
}
