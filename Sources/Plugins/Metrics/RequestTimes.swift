import CoreMetrics
import HTTPTypes
import HummingbirdCore
import Kernel
import Synchronization

/// How long requests take, by route template, method and status: from the arrival of the request's head until the answer's.
///
/// No label comes from the client as it is: routes are those that exist or `unmatched`, methods the standard ones or `other`.
final class RequestTimes: Sendable {
    static let description = MetricDescription(
        .histogram, "mana_sync_http_request_seconds",
        help: "Time from a request's head to its answer's, by route, method and status.",
        buckets: [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10])

    private struct Labels: Hashable {
        let route: String
        let method: String
        let status: Int
    }

    private static let methods: Set<HTTPRequest.Method> = [
        .get, .head, .post, .put, .delete, .connect, .options, .trace, .patch,
    ]

    private let factory: any MetricsFactory
    /// The timers in use, since looking one up in the registry costs more than recording. As many as there are values of labels.
    private let timers = Mutex<[Labels: Timer]>([:])

    init(factory: any MetricsFactory) {
        self.factory = factory
    }

    /// The gate: measures one request.
    @Sendable
    func measure(_ request: Request, _ context: RequestContext, next: RouteHandler) async throws -> Response {
        let response = try await next(request, context)
        let labels = Labels(
            route: context.route?.template ?? "unmatched",
            method: Self.methods.contains(request.method) ? request.method.rawValue : "other",
            status: response.status.code)
        timer(labels).recordSeconds(context.arrivedAt.duration(to: .now).inSeconds)
        return response
    }

    private func timer(_ labels: Labels) -> Timer {
        timers.withLock { timers in
            if let timer = timers[labels] { return timer }
            let dimensions = [("route", labels.route), ("method", labels.method), ("status", String(labels.status))]
            let timer = Timer(label: Self.description.name, dimensions: dimensions, factory: factory)
            timers[labels] = timer
            return timer
        }
    }
}
