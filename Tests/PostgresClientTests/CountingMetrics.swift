import CoreMetrics
import Synchronization

/// Counts what is recorded, by label.
final class CountingMetrics: MetricsFactory {
    private let counts = Mutex<[String: Int]>([:])

    func count(of label: String) -> Int { counts.withLock { $0[label] ?? 0 } }

    func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        Handler { [self] in add(label) }
    }
    func makeRecorder(label: String, dimensions: [(String, String)], aggregate: Bool) -> any RecorderHandler {
        Handler { [self] in add(label) }
    }
    func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        Handler { [self] in add(label) }
    }
    func destroyCounter(_ handler: any CounterHandler) {}
    func destroyRecorder(_ handler: any RecorderHandler) {}
    func destroyTimer(_ handler: any TimerHandler) {}

    private func add(_ label: String) { counts.withLock { $0[label, default: 0] += 1 } }

    private final class Handler: CounterHandler, RecorderHandler, TimerHandler {
        private let record: @Sendable () -> Void
        init(_ record: @escaping @Sendable () -> Void) { self.record = record }
        func increment(by: Int64) { record() }
        func reset() {}
        func record(_ value: Int64) { record() }
        func record(_ value: Double) { record() }
        func recordNanoseconds(_ duration: Int64) { record() }
    }
}
