public import CoreMetrics

/// A metrics factory that can show what metrics mean. Where the service ``ServiceKey/metricsFactory`` is one, the kernel tells it
/// what the plugins of a plan declare, before anything is measured.
public protocol MetricsBackend: MetricsFactory {
    /// Takes over help texts and buckets. May be called again, also for metrics that are in use.
    func describe(_ descriptions: [MetricDescription])
}
