import CoreMetrics
import Logging

/// What all connections of a front share.
struct ConnectionSettings: Sendable {
    var limits: ConnectionLimits
    var maxBody: Int
    var proxies: TrustedProxies
    var responder: Responder
    var date: HTTPDate
    var answers: AnswerMemory
    var logger: Logger

    init(
        _ config: ServerConfig, responder: Responder, logger: Logger,
        metrics: any MetricsFactory = NOOPMetricsHandler.instance
    ) {
        limits = ConnectionLimits(config)
        maxBody = config.maxBody.bytes
        proxies = TrustedProxies(config.trustedProxies)
        self.responder = responder
        date = HTTPDate(time: SystemTimeSource())
        answers = AnswerMemory(
            limit: config.maxAnswerMemory.bytes,
            incidents: FrontIncidents(metrics: FrontMetrics(factory: metrics), logger: logger))
        self.logger = logger
    }
}
