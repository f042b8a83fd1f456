public import HTTPTypes
public import HummingbirdCore

/// Which web pages of other origins may use the server (Fetch standard, section 3.2; spec: security.md).
///
/// Origins are compared byte for byte; there is no wildcard. Functions of the request alone.
public struct CORSPolicy: Sendable {
    private let origins: Set<String>

    /// A policy that admits exactly `origins`.
    public init(origins: some Sequence<String>) {
        self.origins = Set(origins)
    }

    /// Whether pages of `origin` may use the server.
    public func allows(origin: String) -> Bool {
        origins.contains(origin)
    }

    /// The answer to a preflight, or nil where `request` is none: 204, which admits nothing where the origin is not listed.
    public func preflight(for request: HTTPRequest) -> Response? {
        guard request.method == .options, let origin = request.headerFields[.origin],
            request.headerFields[.accessControlRequestMethod] != nil
        else { return nil }
        var fields: HTTPFields = [.vary: "Origin, Access-Control-Request-Method, Access-Control-Request-Headers"]
        if allows(origin: origin) {
            fields[.accessControlAllowOrigin] = origin
            fields[.accessControlAllowCredentials] = "true"
            fields[.accessControlAllowMethods] = "GET, HEAD, POST, PUT, PATCH, DELETE"
            fields[.accessControlAllowHeaders] =
                "Authorization, Content-Encoding, Content-Type, Last-Event-ID, X-Client-Id, X-Confirm-Erase"
            fields[.accessControlMaxAge] = "600"
        }
        return Response(status: .noContent, headers: fields)
    }

    /// What the answer to `request` carries: always `Vary: Origin`, and the permission where the origin is listed.
    public func headers(for request: HTTPRequest) -> HTTPFields {
        var fields: HTTPFields = [.vary: "Origin"]
        if let origin = request.headerFields[.origin], allows(origin: origin) {
            fields[.accessControlAllowOrigin] = origin
            fields[.accessControlAllowCredentials] = "true"
            fields[.accessControlExposeHeaders] = "Content-Disposition, Retry-After, X-Request-Id"
        }
        return fields
    }
}
