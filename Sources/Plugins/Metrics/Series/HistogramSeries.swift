import CoreMetrics
import Kernel
import Synchronization

/// How often values fell below each bound, and their sum: timers (in seconds), and recorders that aggregate.
///
/// A short lock rather than atomics, so that a scrape never sees a `_count` that its buckets do not add up to.
final class HistogramSeries: MetricSeries, TimerHandler, RecorderHandler {
    static let kind = MetricDescription.Kind.histogram

    private struct Tally {
        /// The upper bounds of the buckets, ascending, without infinity.
        let bounds: [Double]
        /// How many values fell into each bucket, and in none of those before it; the last one is `+Inf`.
        var counts: [UInt64]
        var sum = 0.0

        init(bounds: [Double]) {
            self.bounds = bounds
            counts = Array(repeating: 0, count: bounds.count + 1)
        }
    }

    let id: SeriesID
    private let tally: Mutex<Tally>

    init(id: SeriesID, buckets: [Double]) {
        self.id = id
        tally = Mutex(Tally(bounds: buckets))
    }

    /// Changes the buckets, unless something was counted already.
    func rebucket(_ bounds: [Double]) {
        tally.withLock { tally in
            if tally.counts.allSatisfy({ $0 == 0 }) { tally = Tally(bounds: bounds) }
        }
    }

    /// Counts a duration; one that a clock set back made negative counts as none.
    func recordNanoseconds(_ duration: Int64) {
        record(Double(max(0, duration)) / 1e9)
    }

    func record(_ value: Int64) { record(Double(value)) }

    /// Counts `value` in the first bucket whose bound is not below it. A value that is not finite is not counted: it would take the
    /// sum with it for good.
    func record(_ value: Double) {
        guard value.isFinite else { return }
        tally.withLock { tally in
            let bucket = tally.bounds.firstIndex { value <= $0 } ?? tally.bounds.count
            tally.counts[bucket] += 1
            tally.sum += value
        }
    }

    func write(to text: inout ExpositionText) {
        let tally = tally.withLock { $0 }
        var cumulative: UInt64 = 0
        for (bound, count) in zip(tally.bounds + [.infinity], tally.counts) {
            cumulative += count
            text.bucket(id.metric, labels: id.labels, upTo: bound, count: cumulative)
        }
        text.sample(id.metric, suffix: "_sum", labels: id.labels, value: tally.sum)
        text.sample(id.metric, suffix: "_count", labels: id.labels, count: cumulative)
    }
}
