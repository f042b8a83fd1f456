import CoreMetrics
import Kernel
import Logging
import NIOCore
import Synchronization

/// The metrics of this process: a swift-metrics backend that a scrape reads (spec: operations.md, "Health, metrics, logs").
///
/// Metrics of one label and the same dimensions are one metric. A metric whose name another kind of metric has, and the series of a
/// metric beyond the limit, are not measured: that is logged once, and nothing fails.
final class PrometheusRegistry: Sendable {
    static let droppedSeries = MetricDescription(
        .counter, "mana_sync_metrics_dropped_series_total",
        help: "Requests for a series that were refused because its metric has as many as are allowed.")

    private let table: Mutex<FamilyTable>
    private let dropped: any CounterHandler
    private let logger: Logger

    /// A registry that has counted nothing yet.
    /// - Parameter maxSeriesPerMetric: how many sets of labels one metric may have; at least one.
    init(maxSeriesPerMetric: Int, logger: Logger) {
        var table = FamilyTable(maxSeriesPerMetric: maxSeriesPerMetric)
        let own = FamilyTable.Request(name: Self.droppedSeries.name, help: Self.droppedSeries.help, dimensions: [])
        // Only a limit of no series at all leaves this uncounted.
        dropped = (try? table.retain(CounterSeries.self, own)) ?? NOOPMetricsHandler.instance
        self.table = Mutex(table)
        self.logger = logger
    }

    /// Writes every series, sorted by metric and labels.
    func write(to text: inout ExpositionText) {
        for family in table.withLock(\.nonEmpty) {
            text.heading(family.name, help: family.help, kind: family.kind)
            for series in family.series { series.write(to: &text) }
        }
    }

    /// The series that `request` means, or `nil` if it is not measured.
    func retain<Series: MetricSeries>(_ type: Series.Type, _ request: FamilyTable.Request) -> Series? {
        do throws(FamilyTable.Refusal) {
            return try table.withLock { table throws(FamilyTable.Refusal) in try table.retain(type, request) }
        } catch {
            report(error)
            return nil
        }
    }

    /// Takes back a handle that ``retain(_:_:)`` gave.
    func release(_ handler: AnyObject) {
        guard let series = handler as? any MetricSeries else { return }
        table.withLock { $0.release(series) }
    }

    private func report(_ refusal: FamilyTable.Refusal) {
        if case .full = refusal { dropped.increment(by: 1) }
        if table.withLock({ $0.remember(refusal) }) {
            logger.warning("metric is not measured", metadata: refusal.metadata)
        }
    }
}

extension PrometheusRegistry: MetricsBackend {
    func describe(_ descriptions: [MetricDescription]) {
        for description in descriptions {
            do throws(FamilyTable.Refusal) {
                try table.withLock { table throws(FamilyTable.Refusal) in try table.describe(description) }
            } catch {
                report(error)
            }
        }
    }
}

extension FamilyTable.Refusal {
    fileprivate var metadata: Logger.Metadata {
        switch self {
        case .clash(let metric, let owner):
            ["metric": "\(metric)", "reason": "the name is taken by another kind of metric", "owner": "\(owner)"]
        case .full(let metric):
            ["metric": "\(metric)", "reason": "it has as many series as are allowed"]
        }
    }
}
