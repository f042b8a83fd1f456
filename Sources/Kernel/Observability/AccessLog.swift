import HTTPTypes
import HummingbirdCore
import Logging

/// Writes one line a request (spec: operations.md, "Logs"). Probes and scrapes that went well are lines of the level debug.
struct AccessLog: Sendable {
    let logger: Logger

    func record(_ request: Request, _ response: Response, _ context: RequestContext) {
        let level = level(of: response.status, context)
        guard logger.logLevel <= level else { return }
        let line = AccessLogLine(
            method: request.method, route: context.route?.template, status: response.status.code,
            duration: .now - context.arrivedAt, bytesOut: response.body.contentLength, user: context.record.user,
            remote: context.connection.remoteAddress, requestID: context.requestID,
            trace: request.headers[.traceparent].flatMap { TraceContext(traceparent: $0) },
            errorCode: context.record.errorCode)
        logger.log(level: level, "request", metadata: line.metadata)
    }

    private func level(of status: HTTPResponse.Status, _ context: RequestContext) -> Logger.Level {
        if status.code >= 500 { return .warning }
        let isProbe = context.route.map { $0.template.hasPrefix("/health") || $0.template == "/metrics" } ?? false
        return isProbe && status.code < 400 ? .debug : .info
    }
}

extension HTTPField.Name {
    static let traceparent = known("traceparent")
}
