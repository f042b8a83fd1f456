public import HTTPTypes
public import Logging

/// What is logged of a request: never its query, a token or a body.
public struct AccessLogLine: Sendable {
    /// The method as it came, cut at 32 characters; `-` where none could be read.
    public var method: HTTPRequest.Method
    /// The route's template; nil where no route took it.
    public var route: String?
    /// The answer's status.
    public var status: Int
    /// From the request's head to the answer's.
    public var duration: Duration
    /// The bytes of the answer's body, where they are known before it is written.
    public var bytesOut: Int?
    /// The user of the token.
    public var user: String?
    /// The client's address.
    public var remote: String
    /// The request's id.
    public var requestID: RequestID
    /// The caller's trace, where it sent one.
    public var trace: TraceContext?
    /// The code of the problem that it was answered with.
    public var errorCode: String?

    /// A line for one request.
    public init(
        method: HTTPRequest.Method, route: String?, status: Int, duration: Duration, bytesOut: Int?, user: String?,
        remote: String, requestID: RequestID, trace: TraceContext? = nil, errorCode: String? = nil
    ) {
        self.method = method
        self.route = route
        self.status = status
        self.duration = duration
        self.bytesOut = bytesOut
        self.user = user
        self.remote = remote
        self.requestID = requestID
        self.trace = trace
        self.errorCode = errorCode
    }

    /// The fields by name. The log handler escapes their values.
    public var metadata: Logger.Metadata {
        var fields: Logger.Metadata = [
            "method": .string(String(method.rawValue.prefix(32))),
            "route": .string(route ?? "-"),
            "status": .stringConvertible(status),
            "ms": .stringConvertible(milliseconds),
            "remote": .string(remote),
            "request": .string(requestID.text),
        ]
        if let bytesOut { fields["bytes"] = .stringConvertible(bytesOut) }
        if let errorCode { fields["error"] = .string(errorCode) }
        if let user { fields["user"] = .string(user) }
        if let trace {
            fields["trace"] = .string(trace.traceID)
            fields["span"] = .string(trace.parentID)
        }
        return fields
    }

    /// Milliseconds, to the microsecond.
    private var milliseconds: Double { Double(max(0, duration.microseconds)) / 1000 }
}
