import Kernel
import Logging
import NIOCore

@testable import MetricsPlugin

extension PrometheusRegistry {
    /// A registry whose log is thrown away.
    convenience init(descriptions: [MetricDescription] = [], maxSeriesPerMetric: Int = 1000) {
        self.init(
            maxSeriesPerMetric: maxSeriesPerMetric, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        describe(descriptions)
    }

    /// What a scrape reads, without the family that every registry has.
    var scrape: String {
        let own = Self.droppedSeries.name
        return wholeScrape.split(separator: "\n")
            .filter { !$0.hasPrefix(own) && !$0.hasPrefix("# HELP \(own) ") && !$0.hasPrefix("# TYPE \(own) ") }
            .map { $0 + "\n" }.joined()
    }

    /// All that a scrape reads.
    var wholeScrape: String {
        var text = ExpositionText()
        write(to: &text)
        return String(buffer: text.buffer)
    }

    /// The lines of a scrape that are samples.
    var samples: [String] {
        scrape.split(separator: "\n").filter { !$0.hasPrefix("#") }.map(String.init)
    }
}
