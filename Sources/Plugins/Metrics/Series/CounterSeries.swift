import CoreMetrics
import Kernel
import Synchronization

/// A count that only grows. Increments are lock-free; the whole and the fractional ones are kept apart, so that whole ones stay exact.
final class CounterSeries: MetricSeries, CounterHandler, FloatingPointCounterHandler {
    static let kind = MetricDescription.Kind.counter

    let id: SeriesID
    private let whole = Atomic<UInt64>(0)
    private let fractional = AtomicDouble(0)

    init(id: SeriesID, buckets: [Double] = []) {
        self.id = id
    }

    /// Adds `amount`; a negative one is ignored, since a counter that falls looks like a restart.
    func increment(by amount: Int64) {
        guard amount > 0 else { return }
        whole.wrappingAdd(UInt64(amount), ordering: .relaxed)
    }

    /// Adds `amount`; one that is negative or not finite is ignored.
    func increment(by amount: Double) {
        guard amount > 0, amount.isFinite else { return }
        fractional.add(amount)
    }

    func reset() {
        whole.store(0, ordering: .relaxed)
        fractional.store(0)
    }

    func write(to text: inout ExpositionText) {
        let fraction = fractional.load()
        let count = whole.load(ordering: .relaxed)
        if fraction == 0 {
            text.sample(id.metric, labels: id.labels, count: count)
        } else {
            text.sample(id.metric, labels: id.labels, value: Double(count) + fraction)
        }
    }
}
