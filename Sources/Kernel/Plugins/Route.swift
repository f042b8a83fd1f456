public import HTTPTypes
public import HummingbirdCore

/// Answers a request. What it throws becomes a problem response; see ``Problem``.
public typealias RouteHandler = @Sendable (Request, RequestContext) async throws -> Response

/// One method of one path, and what it takes to get there.
public struct Route: Sendable {
    /// Who may use a route.
    public enum Access: Hashable, Sendable {
        /// Everyone, for the stated reason, which `mana-sync routes` shows.
        case open(because: String)
        /// Only requests that pass gates which fulfil all of these traits, at least one.
        case requires([RouteTrait])
    }

    /// The method, not HEAD: a GET route also answers HEAD.
    public let method: HTTPRequest.Method
    /// The path's template: `/sync/{appId}/pull`.
    public let path: String
    /// Who may use it.
    public let access: Access
    /// One line for tables and documents.
    public let summary: String
    /// The largest body in bytes; nil for `server.maxBody`.
    public let bodyLimit: Int?
    /// Answers.
    public let handler: RouteHandler
    /// Whether it is a ``SocketRoute``: its good answer is 101, and the connection a WebSocket from then on.
    public let isSocket: Bool

    /// A route of its parts.
    public init(
        _ method: HTTPRequest.Method, _ path: String, access: Access, summary: String, bodyLimit: Int? = nil,
        handler: @escaping RouteHandler
    ) {
        self.init(
            method, path, access: access, summary: summary, bodyLimit: bodyLimit, isSocket: false, handler: handler)
    }

    init(
        _ method: HTTPRequest.Method, _ path: String, access: Access, summary: String, bodyLimit: Int?, isSocket: Bool,
        handler: @escaping RouteHandler
    ) {
        self.method = method
        self.path = path
        self.access = access
        self.summary = summary
        self.bodyLimit = bodyLimit
        self.isSocket = isSocket
        self.handler = handler
    }

    /// `GET /sync/{appId}/pull`.
    var title: String { "\(method.rawValue) \(path)" }

    /// The traits that it demands, each once.
    var demands: [RouteTrait] {
        switch access {
        case .open: []
        case .requires(let traits): traits.reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
        }
    }
}
