import HTTPTypes
import NIOCore
import NIOHTTP1

/// A request's head, checked beyond what the parser checks, and what it says of the message's framing (RFC 9112).
struct RequestHead: Sendable {
    /// How the body is delimited.
    enum Body: Equatable {
        case none
        case length(Int)
        case chunked
    }

    let request: HTTPRequest
    let body: Body
    /// Whether the peer is ready for another request on the connection.
    let keepsAlive: Bool
    let isHTTP10: Bool
    /// Whether the peer waits for an interim answer before it sends the body (RFC 9110 section 10.1.1).
    let expectsContinue: Bool

    /// - Throws: ``Problem`` for a request that must not be served: 400 for its `Host`, target or framing, 417 for its `Expect`.
    init(_ head: HTTPRequestHead, isSecure: Bool) throws(Problem) {
        guard let method = HTTPRequest.Method(head.method.rawValue) else {
            throw .malformed("The method is not a token.")
        }
        isHTTP10 = head.version.minor == 0
        let host = try Self.host(of: head)
        let target = try RequestTarget(head.uri, method: method)
        request = HTTPRequest(
            method: method, scheme: isSecure ? "https" : "http", authority: target.authority ?? host, path: target.path,
            headerFields: try Self.fields(of: head.headers, isHTTP10: isHTTP10))
        body = try Self.body(of: head)
        let isLast = method == .connect || head.headers.contains(name: "upgrade")
        // The parser stops at a request to upgrade: what follows is not HTTP to it.
        keepsAlive = head.isKeepAlive && !isLast
        switch request.headerFields[.expect]?.lowercased() {
        case nil: expectsContinue = false
        case "100-continue": expectsContinue = !isHTTP10 && body != .none
        default: throw Problem(status: 417, code: "expectation_failed", detail: "The server knows only 100-continue.")
        }
    }

    private static func fields(of headers: HTTPHeaders, isHTTP10: Bool) throws(Problem) -> HTTPFields {
        var fields = HTTPFields()
        fields.reserveCapacity(headers.count)
        for (name, value) in headers {
            guard let name = HTTPField.Name(name), HTTPField.isValidValue(value) else {
                throw .malformed("A header field has bytes that it may not have.")
            }
            // An upgrade that HTTP/1.0 asks for is ignored (RFC 9110 section 7.8).
            if name == .upgrade, isHTTP10 { continue }
            if name.canonicalName != "host" { fields.append(HTTPField(name: name, value: value)) }
        }
        return fields
    }

    /// Exactly one `Host` in HTTP/1.1 and at most one in HTTP/1.0, with nothing in it that no authority has (RFC 9112 section 3.2).
    private static func host(of head: HTTPRequestHead) throws(Problem) -> String? {
        let hosts = head.headers["host"]
        guard hosts.count == 1 || (hosts.isEmpty && head.version.minor == 0) else {
            throw .malformed(hosts.isEmpty ? "The request has no Host." : "The request has more than one Host.")
        }
        guard let host = hosts.first else { return nil }
        guard RequestTarget.isAuthority(host) else { throw .malformed("The Host is not a host and port.") }
        return host
    }

    private static func body(of head: HTTPRequestHead) throws(Problem) -> Body {
        if head.headers.contains(name: "transfer-encoding") {
            guard head.version.minor > 0 else { throw .malformed("HTTP/1.0 has no Transfer-Encoding.") }
            // A coding that is not undone would hand on coded bytes as the body; an empty field leaves two readers with two messages.
            let codings = head.headers["transfer-encoding"]
            guard codings.count == 1, codings[0].lowercased() == "chunked" else {
                throw .malformed("The server knows no Transfer-Encoding but chunked.")
            }
            return .chunked
        }
        let lengths = head.headers["content-length"]
        guard let text = lengths.first else { return .none }
        guard lengths.count == 1, let length = Int(decimalDigits: text) else {
            throw .malformed("The Content-Length is not one number.")
        }
        return length == 0 ? .none : .length(length)
    }
}
