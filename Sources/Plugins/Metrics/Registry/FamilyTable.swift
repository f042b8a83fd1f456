import Kernel

/// The metric families by name. No two of them write a sample of one name: a scrape with such a pair is refused as a whole.
struct FamilyTable: Sendable {
    /// Why a metric is not measured.
    enum Refusal: Hashable, Error {
        /// The name belongs to another metric, of another kind.
        case clash(metric: String, owner: String)
        /// The metric has as many series as are allowed.
        case full(metric: String)
    }

    /// What code asks for: a metric and how it is to be exposed.
    struct Request {
        let name: String
        let help: String
        let dimensions: [(String, String)]
        var defaultBuckets: [Double] = []
    }

    private let maxSeriesPerMetric: Int
    private var families: [String: MetricFamily] = [:]
    /// Which family writes samples of a name.
    private var owners: [String: String] = [:]
    private var refusals: Set<Refusal> = []

    init(maxSeriesPerMetric: Int) {
        self.maxSeriesPerMetric = maxSeriesPerMetric
    }

    /// The families that have series, sorted by name.
    var nonEmpty: [MetricFamily] {
        families.values.filter { $0.count > 0 }.sorted { $0.name < $1.name }
    }

    /// Takes over the help and the buckets of a declared metric, and keeps its name for metrics of its kind. Of two declarations
    /// the last one holds.
    mutating func describe(_ description: MetricDescription) throws(Refusal) {
        let name = PrometheusName.metric(description.name, kind: description.kind)
        if families[name]?.kind != description.kind {
            try add(MetricFamily(name: name, help: description.help, kind: description.kind))
        }
        families[name]?.describe(description)
    }

    /// The series that `request` means: always the same one for the same name and labels.
    mutating func retain<Series: MetricSeries>(
        _ type: Series.Type, _ request: Request
    ) throws(Refusal) -> Series {
        if families[request.name]?.kind != Series.kind {
            try add(MetricFamily(name: request.name, help: request.help, kind: Series.kind))
        }
        let series = families[request.name]?.retain(
            type, labels: LabelSet(request.dimensions), defaultBuckets: request.defaultBuckets,
            limit: maxSeriesPerMetric)
        guard let series else { throw .full(metric: request.name) }
        return series
    }

    /// Gives up one handle on `series`.
    mutating func release(_ series: any MetricSeries) {
        families[series.id.metric]?.release(series)
    }

    /// Whether `refusal` happens for the first time.
    mutating func remember(_ refusal: Refusal) -> Bool {
        refusals.insert(refusal).inserted
    }

    private mutating func add(_ family: MetricFamily) throws(Refusal) {
        for name in family.sampleNames {
            if let owner = owners[name] { throw .clash(metric: family.name, owner: owner) }
        }
        for name in family.sampleNames { owners[name] = family.name }
        families[family.name] = family
    }
}
