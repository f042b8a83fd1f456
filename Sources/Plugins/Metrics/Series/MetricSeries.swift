import Kernel

/// What is measured under one metric name and one set of labels: a handler that swift-metrics writes to and a scrape reads.
protocol MetricSeries: AnyObject, Sendable {
    /// The kind of the families that this series can be in.
    static var kind: MetricDescription.Kind { get }

    /// Which series this is.
    var id: SeriesID { get }

    /// A series that has measured nothing yet.
    /// - Parameter buckets: the upper bounds of a histogram, finite and ascending; other kinds have no use for them.
    init(id: SeriesID, buckets: [Double])

    /// Writes the samples of this series as they are now.
    func write(to text: inout ExpositionText)
}

/// The name of a metric and the labels that tell its series apart.
struct SeriesID: Hashable, Sendable {
    let metric: String
    let labels: LabelSet
}
