public import HTTPTypes

extension Problem {
    /// 404: nothing has this path.
    public static let notFound = Problem(
        status: 404, code: "not_found", detail: "There is nothing at this path.")

    /// 405 with `Allow` (RFC 9110 section 15.5.6).
    public static func methodNotAllowed(allow methods: some Sequence<HTTPRequest.Method>) -> Problem {
        let allowed = methods.map(\.rawValue).joined(separator: ", ")
        return Problem(
            status: 405, code: "method_not_allowed", detail: "The methods of this path are: \(allowed).",
            headers: [.allow: allowed])
    }

    /// 413: the body has more than `limit` bytes, before or after its content coding was undone.
    public static func payloadTooLarge(limit: Int) -> Problem {
        Problem(
            status: 413, code: "payload_too_large",
            detail: "The body is larger than the limit of \(ByteSize(bytes: limit)).")
    }

    /// 415: the body is of a media type that the route does not read.
    public static func unsupportedMediaType(_ detail: String) -> Problem {
        Problem(status: 415, code: "unsupported_media_type", detail: detail)
    }

    /// 415: the body has a content coding other than gzip.
    public static let unsupportedEncoding = Problem(
        status: 415, code: "unsupported_encoding", detail: "A body may have the content coding gzip, or none.",
        headers: [.acceptEncoding: "gzip"])

    /// 400: the body is no gzip stream, or is cut off, or goes on after its end.
    public static let invalidEncoding = Problem(
        status: 400, code: "invalid_encoding", detail: "The body is not exactly one complete gzip member.")

    /// 401 with `WWW-Authenticate: Bearer` (RFC 6750 section 3).
    public static func unauthorized(code: String, detail: String) -> Problem {
        Problem(status: 401, code: code, detail: detail)
    }

    /// 403: known, and not allowed.
    public static func forbidden(code: String = "forbidden", detail: String) -> Problem {
        Problem(status: 403, code: code, detail: detail)
    }

    /// 400 with a code of its own.
    public static func badRequest(code: String = "bad_request", detail: String) -> Problem {
        Problem(status: 400, code: code, detail: detail)
    }

    /// 429 with `Retry-After`, at least a second, rounded up.
    public static func tooManyRequests(retryAfter: Duration) -> Problem {
        Problem(
            status: 429, code: "too_many_requests", detail: "Too many requests; try again later.",
            headers: [.retryAfter: retryAfter.retryAfterText])
    }

    /// 503 with `Retry-After`, at least a second, rounded up.
    public static func unavailable(
        code: String = "unavailable", detail: String = "The service cannot answer now; try again later.",
        retryAfter: Duration = .seconds(5)
    ) -> Problem {
        Problem(status: 503, code: code, detail: detail, headers: [.retryAfter: retryAfter.retryAfterText])
    }

    /// 500, which tells nothing of the cause.
    public static let internalError = Problem(
        status: 500, code: "internal_error", detail: "The server failed to answer; the log has the reason.")

    /// 408: the request did not come in time.
    public static let requestTimeout = Problem(
        status: 408, code: "request_timeout", detail: "The request came too slowly.")

    /// 400: the peer stopped sending before the body's end.
    public static let incompleteBody = Problem.badRequest(
        code: "incomplete_body", detail: "The body ended before its announced end.")

    /// The code of a request that is not HTTP as RFC 9112 has it.
    static func malformed(_ detail: String) -> Problem {
        .badRequest(code: "malformed_request", detail: detail)
    }
}

extension Duration {
    /// Whole seconds, rounded up, at least 1 (RFC 9110 section 10.2.3).
    fileprivate var retryAfterText: String {
        let (seconds, fraction) = components
        return "\(max(1, fraction > 0 ? seconds + 1 : seconds))"
    }
}
