import HTTPTypes
import HummingbirdCore
import Logging

/// One line a request: what was asked, how it ended, how long it took (spec: operations.md, "Logs"). Never a token, a body, a query.
///
/// The duration is up to the head of the answer. Probes and scrapes that went well are lines of the level debug.
struct AccessLog: Sendable {
    let logger: Logger

    func record(_ request: Request, _ response: Response, _ context: RequestContext) {
        let level = level(of: response.status, context)
        guard logger.logLevel <= level else { return }
        var metadata: Logger.Metadata = [
            "request": .string(context.requestID.text),
            "method": .string(request.method.rawValue),
            "route": .string(context.route?.template ?? "unmatched"),
            "status": .stringConvertible(response.status.code),
            "ms": .string(Self.milliseconds(.now - context.arrivedAt)),
            "remote": .string(context.connection.remoteAddress),
        ]
        if let bytes = response.body.contentLength { metadata["bytes"] = .stringConvertible(bytes) }
        if let user = context.record.user { metadata["user"] = .string(user) }
        if let code = context.record.errorCode { metadata["error"] = .string(code) }
        if let trace = request.headers[.traceparent].flatMap({ TraceContext(traceparent: $0) }) {
            metadata["trace"] = .string(trace.traceID)
        }
        logger.log(level: level, "request", metadata: metadata)
    }

    private func level(of status: HTTPResponse.Status, _ context: RequestContext) -> Logger.Level {
        if status.code >= 500 { return .warning }
        let isProbe = context.route.map { $0.template.hasPrefix("/health") || $0.template == "/metrics" } ?? false
        return isProbe && status.code < 400 ? .debug : .info
    }

    /// `12.345`.
    private static func milliseconds(_ duration: Duration) -> String {
        let microseconds = max(0, duration.microseconds)
        let fraction = String(microseconds % 1000)
        return "\(microseconds / 1000).\(String(repeating: "0", count: 3 - fraction.count))\(fraction)"
    }
}

extension HTTPField.Name {
    static let traceparent = known("traceparent")
}
