/// What a metric means, declared by the plugin that records it; the Metrics plugin shows it to Prometheus.
public struct MetricDescription: Sendable, Hashable {
    /// The kinds of metric.
    public enum Kind: String, Sendable {
        /// Only grows.
        case counter
        /// Goes up and down.
        case gauge
        /// Counts observations by size.
        case histogram
    }

    /// The name as it is recorded and shown: `mana_sync_changes_pushed_total`.
    public let name: String
    /// One sentence for people.
    public let help: String
    /// Its kind.
    public let kind: Kind
    /// The upper bounds of a histogram's buckets, ascending, without infinity. Empty: the backend's defaults.
    public let buckets: [Double]

    /// A description of its parts.
    public init(_ kind: Kind, _ name: String, help: String, buckets: [Double] = []) {
        self.name = name
        self.help = help
        self.kind = kind
        self.buckets = buckets
    }
}
