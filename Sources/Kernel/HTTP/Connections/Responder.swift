public import HTTPTypes
public import HummingbirdCore

/// What answers the requests of a front.
public struct Responder: Sendable {
    /// Answers a request. It is cancelled when the peer is gone.
    public var respond: @Sendable (Request, ConnectionInfo) async -> Response
    /// Answers what never becomes a request that ``respond`` could be asked: not HTTP, too slow, too large as announced. The
    /// head is there where it could be read.
    public var refuse: @Sendable (Problem, HTTPRequest?, ConnectionInfo) async -> Response
    /// The most bytes that a request's body may have; nil for the configuration's `server.maxBody`.
    public var bodyLimit: @Sendable (HTTPRequest) -> Int?

    /// A responder; as it stands a refusal is the problem's own answer, and every body has the configured limit.
    public init(
        respond: @escaping @Sendable (Request, ConnectionInfo) async -> Response,
        refuse: @escaping @Sendable (Problem, HTTPRequest?, ConnectionInfo) async -> Response = { problem, head, _ in
            problem.response(requestID: head.map { RequestID(of: $0.headerFields) } ?? RequestID())
        },
        bodyLimit: @escaping @Sendable (HTTPRequest) -> Int? = { _ in nil }
    ) {
        self.respond = respond
        self.refuse = refuse
        self.bodyLimit = bodyLimit
    }
}
