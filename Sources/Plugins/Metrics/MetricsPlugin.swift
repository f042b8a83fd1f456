import CoreMetrics
import HTTPTypes
import HummingbirdCore
public import Kernel
import NIOCore

/// Shows Prometheus what the server measures: `GET /metrics` (spec: operations.md, "Health, metrics, logs").
///
/// Everything that this server and its libraries record with swift-metrics ends in one ``PrometheusRegistry``; the scrape writes it out.
public struct MetricsPlugin: Plugin {
    public static let manifest = PluginManifest(
        id: "metrics", summary: "Prometheus metrics at /metrics", provides: [AnyServiceKey(.metricsFactory)])

    private let metrics: PrometheusRegistry
    private let requests: RequestTimes
    private let process: ProcessMetrics

    public init(config: MetricsConfig, dependencies: Dependencies) {
        metrics = PrometheusRegistry(maxSeriesPerMetric: config.maxSeriesPerMetric, logger: dependencies.logger)
        requests = RequestTimes(factory: metrics)
        process = ProcessMetrics(factory: metrics)
    }

    public func register(into registry: inout PluginRegistry) {
        registry.provide(.metricsFactory, metrics)
        registry.gate(
            Gate(
                "request-times", phase: .observe, target: .allRoutes, relations: [.independentOfAll],
                body: requests.measure))
        registry.route(
            Route(
                .get, "/metrics", access: .open(because: "scrapers carry no token; labels name no user"),
                summary: "All metrics as Prometheus text", handler: scrape))
        for description in [PrometheusRegistry.droppedSeries, RequestTimes.description] + ProcessMetrics.descriptions {
            registry.metric(description)
        }
    }

    @Sendable
    private func scrape(_: Request, _: RequestContext) -> Response {
        process.refresh()
        var text = ExpositionText()
        metrics.write(to: &text)
        return Response(
            status: .ok, headers: [.contentType: ExpositionText.contentType],
            body: ResponseBody(byteBuffer: text.buffer))
    }
}

/// The section `plugins.metrics`.
public struct MetricsConfig: ConfigSection {
    /// How many sets of labels one metric may have. What comes after them is dropped, and counted in
    /// `mana_sync_metrics_dropped_series_total`.
    public var maxSeriesPerMetric = 1000

    /// The defaults.
    public init() {}

    /// Refuses limits that would measure nothing, or fill the memory.
    public func validate(_ check: inout ConfigCheck) {
        check.require((1...100_000).contains(maxSeriesPerMetric), "maxSeriesPerMetric", "must be from 1 to 100000")
    }
}
