public import HummingbirdCore
public import Logging
public import NIOCore
import Synchronization

/// What the kernel knows of a request, handed from gate to gate and to the route's handler.
public struct RequestContext: Sendable {
    /// The request's id: the client's own `X-Request-Id` if it is well-formed, else one made here.
    public let requestID: RequestID
    /// Where it came from.
    public let connection: ConnectionInfo
    /// The route that takes it; nil for one that no route takes.
    public let route: RouteDescription?
    /// The values of the parameters of the route's path, decoded.
    public let parameters: PathParameters
    /// The most bytes that its body may have, inflated.
    public let bodyLimit: Int
    /// When its head had arrived.
    public let arrivedAt: ContinuousClock.Instant
    /// Who asks, once a gate of the `authenticate` phase has found out.
    public var principal: Principal? {
        didSet { record.setUser(principal?.userID) }
    }

    /// What inner gates and handlers leave for the gates that look at the answer.
    public let record: RequestRecord

    private let baseLogger: Logger

    init(
        requestID: RequestID, connection: ConnectionInfo, route: RouteDescription?, parameters: PathParameters,
        bodyLimit: Int, bodyMemory: BodyMemory, arrivedAt: ContinuousClock.Instant, logger: Logger
    ) {
        self.requestID = requestID
        self.connection = connection
        self.route = route
        self.parameters = parameters
        self.bodyLimit = bodyLimit
        self.arrivedAt = arrivedAt
        self.baseLogger = logger
        self.record = RequestRecord(body: bodyMemory.lease())
    }

    /// The request's whole body, its content coding undone. To be called once: it consumes the body.
    ///
    /// - Throws: ``Problem``: 413 past ``bodyLimit``, counted on what arrives and on what it inflates to; 503 where the bodies of
    ///   other requests leave no memory; 415 for another coding than gzip; 400 for a broken one. And the connection's errors.
    public func collectBody(of request: Request) async throws -> ByteBuffer {
        try await request.collectBody(limit: bodyLimit) { try record.body.hold($0) }
    }

    /// A logger whose lines carry the request's id.
    public var logger: Logger {
        var logger = baseLogger
        logger[metadataKey: "request"] = .string(requestID.text)
        return logger
    }

    /// The principal, on routes that demand `authenticated`.
    ///
    /// - Throws: 401 where there is none, so that a handler never serves an unknown user.
    public func requirePrincipal() throws -> Principal {
        guard let principal else { throw AuthenticationError.missingToken }
        return principal
    }
}

/// What is said of a route in logs and metrics: never more values than there are routes.
public final class RouteDescription: Sendable {
    /// The path's template.
    public let template: String
    /// The plugin that declared the route.
    public let plugin: String

    init(template: String, plugin: String) {
        self.template = template
        self.plugin = plugin
    }
}

/// Notes about one request, for its log line.
public final class RequestRecord: Sendable {
    private struct Notes {
        var user: String?
        var errorCode: String?
    }

    private let notes = Mutex(Notes())
    /// What the request's body holds of the memory for bodies.
    let body: BodyMemory.Lease

    init(body: BodyMemory.Lease) {
        self.body = body
    }

    /// The user that it speaks for.
    public var user: String? { notes.withLock { $0.user } }
    /// The code of the problem that it was answered with.
    public var errorCode: String? { notes.withLock { $0.errorCode } }

    func setUser(_ user: String?) {
        notes.withLock { $0.user = user }
    }

    func setErrorCode(_ code: String) {
        notes.withLock { $0.errorCode = code }
    }
}
