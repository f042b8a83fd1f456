import HTTPTypes
import HummingbirdCore
import Logging

/// Writes one line a request (spec: operations.md, "Logs"), and a second one where an answer of unknown length ends: a stream's may come
/// hours later, and its first says that somebody listens. Probes and scrapes that went well are lines of the level debug.
struct AccessLog: Sendable {
    let logger: Logger

    /// Writes the line of a request.
    ///
    /// - Parameter response: The answer; where its length is unknown, one that also tells of its end.
    func record(_ request: Request, _ response: inout Response, _ context: RequestContext) {
        let level = level(of: response.status, context)
        guard logger.logLevel <= level else { return }
        let line = AccessLogLine(
            method: request.method, route: context.route?.template, status: response.status.code,
            duration: .now - context.arrivedAt, bytesOut: response.body.contentLength, user: context.record.user,
            remote: context.connection.remoteAddress, requestID: context.requestID,
            trace: request.headers[.traceparent].flatMap { TraceContext(traceparent: $0) },
            errorCode: context.record.errorCode)
        logger.log(level: level, "request", metadata: line.metadata)
        guard response.body.contentLength == nil, response.status != .switchingProtocols else { return }
        response.body = response.body.reporting { [logger, arrivedAt = context.arrivedAt] answer in
            var line = line
            line.duration = .now - arrivedAt
            line.bytesOut = answer.bytes
            logger.log(level: level, answer.isWhole ? "answer ended" : "answer cut off", metadata: line.metadata)
        }
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
