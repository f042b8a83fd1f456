import CoreMetrics
import Kernel

/// What is counted of exports.
struct ExportMetrics: Sendable {
    /// How an export ended.
    enum Ending: String, CaseIterable {
        case whole
        case cut
    }

    private let whole: Counter
    private let cut: Counter
    private let bytes: Counter

    init(factory: any MetricsFactory) {
        func exports(_ ending: Ending) -> Counter {
            Counter(
                label: "mana_sync_exports_total", dimensions: [("result", ending.rawValue)], factory: factory)
        }
        whole = exports(.whole)
        cut = exports(.cut)
        bytes = Counter(label: "mana_sync_export_bytes_total", factory: factory)
    }

    func exportEnded(_ ending: Ending) {
        switch ending {
        case .whole: whole.increment()
        case .cut: cut.increment()
        }
    }

    func exported(bytes count: Int) {
        bytes.increment(by: count)
    }

    static let descriptions = [
        MetricDescription(
            .counter, "mana_sync_exports_total", help: "Exports of users' data by how they ended: whole, or cut."),
        MetricDescription(
            .counter, "mana_sync_export_bytes_total", help: "Bytes of users' exports that were sent."),
    ]
}
