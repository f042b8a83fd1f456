import Kernel

/// All series of one metric name.
struct MetricFamily: Sendable {
    private struct Entry {
        let series: any MetricSeries
        /// How many handles were given out and not destroyed.
        var handles: Int
    }

    let name: String
    /// What the metric means, in a sentence.
    private(set) var help: String
    let kind: MetricDescription.Kind
    /// The bounds that all histograms of the family share; empty until they are known.
    private var buckets: [Double]
    private var entries: [LabelSet: Entry] = [:]

    init(name: String, help: String, kind: MetricDescription.Kind) {
        self.name = name
        self.help = help
        self.kind = kind
        buckets = []
    }

    /// The names of all samples that a family of this name and kind may write.
    var sampleNames: [String] {
        kind == .histogram ? [name, name + "_bucket", name + "_sum", name + "_count"] : [name]
    }

    /// How many series there are.
    var count: Int { entries.count }

    /// The series by their labels, sorted.
    var series: [any MetricSeries] {
        entries.sorted { $0.key.text < $1.key.text }.map(\.value.series)
    }

    /// Takes over what was declared of the metric. Buckets change where nothing was counted yet.
    mutating func describe(_ description: MetricDescription) {
        help = description.help
        let declared = Set(description.buckets.filter(\.isFinite)).sorted()
        guard !declared.isEmpty else { return }
        buckets = declared
        for case let histogram as HistogramSeries in entries.values.map(\.series) { histogram.rebucket(declared) }
    }

    /// One more handle on the series with `labels`, which is made where it is new and there are fewer than `limit`; otherwise `nil`.
    mutating func retain<Series: MetricSeries>(
        _ type: Series.Type, labels: LabelSet, defaultBuckets: [Double], limit: Int
    ) -> Series? {
        if let known = entries[labels]?.series as? Series {
            entries[labels]?.handles += 1
            return known
        }
        guard count < limit else { return nil }
        if buckets.isEmpty { buckets = defaultBuckets }
        let series = Series(id: SeriesID(metric: name, labels: labels), buckets: buckets)
        entries[labels] = Entry(series: series, handles: 1)
        return series
    }

    /// Gives up one handle on `series`. With the last one it is gone.
    mutating func release(_ series: any MetricSeries) {
        guard var entry = entries[series.id.labels], entry.series === series else { return }
        entry.handles -= 1
        entries[series.id.labels] = entry.handles > 0 ? entry : nil
    }
}
