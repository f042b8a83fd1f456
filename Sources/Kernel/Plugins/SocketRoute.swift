public import HummingbirdCore

/// A path at which clients open WebSockets (RFC 6455), and what it takes to get there.
///
/// In the plan it is a route of GET with access and gates like any other. Gates see the handshake: a request that is answered 101,
/// or refused. Refused are, in this order: what is no handshake (426 or 400), a page of an origin that is not in
/// `server.cors.origins` (403; a client that names no origin is no page), and what ``accept`` throws.
public struct SocketRoute: Sendable {
    /// Decides on one handshake. What it throws is the answer, as with any route. A session that it returns is opened once the
    /// answer is on its way; it is dropped, and nothing of it is called, where the peer is gone by then or a gate answers otherwise.
    public typealias Accept = @Sendable (Request, RequestContext) async throws -> any WebSocketSession

    /// The path's template: `/ws/{appId}`.
    public let path: String
    /// Who may use it. Browsers send no `Authorization` with a handshake.
    public let access: Route.Access
    /// One line for tables and documents.
    public let summary: String
    /// What each of its sockets may take.
    public let limits: WebSocketLimits
    /// Decides on one handshake.
    public let accept: Accept

    /// A socket route of its parts.
    public init(
        _ path: String, access: Route.Access, summary: String, limits: WebSocketLimits = WebSocketLimits(),
        accept: @escaping Accept
    ) {
        self.path = path
        self.access = access
        self.summary = summary
        self.limits = limits
        self.accept = accept
    }
}
