import HTTPTypes
package import HummingbirdCore
import Logging
import NIOCore

/// Takes requests to their routes: finds the route, makes the context, runs the chain. It always has an answer.
package final class PlanResponder: Sendable {
    private struct Target: Sendable {
        let description: RouteDescription
        let bodyLimit: Int
        let handler: RouteHandler
    }

    private let table: RouteTable<Target>
    private let unrouted: [OwnedGate]
    private let defaultBodyLimit: Int
    /// Whether a route takes larger bodies than the server's limit, so that the limit depends on the route.
    private let hasLargerLimits: Bool
    private let logger: Logger

    init(routes: [BuiltRoute], server: ServerConfig, state: ServerState, logger: Logger) {
        defaultBodyLimit = server.maxBody.bytes
        hasLargerLimits = routes.contains { $0.planned.route.bodyLimit ?? 0 > server.maxBody.bytes }
        self.logger = logger
        // Gates that stand before all routes are part of every chain; any route shows them in order.
        unrouted =
            routes.first?.gates.filter { $0.gate.target == .allRoutes && $0.gate.phase.runsWithoutRoute } ?? []
        table = RouteTable(
            routes.map { built in
                let route = built.planned.route
                let plugin = built.planned.plugin
                let handler: RouteHandler = { request, context in
                    guard state.isServing(plugin) else { throw Problem.unavailable(detail: "The feature is not available now.") }
                    return try await route.handler(request, context)
                }
                return (
                    route.method, built.template,
                    Target(
                        description: RouteDescription(template: route.path, plugin: plugin),
                        bodyLimit: route.bodyLimit ?? server.maxBody.bytes,
                        handler: PlanResponder.chain(built.gates, around: handler))
                )
            })
    }

    /// Answers one request.
    package func respond(to request: Request, from connection: ConnectionInfo) async -> Response {
        let requestID = RequestID(of: request.headers)
        let path = request.head.path.map { $0[...].prefix { $0 != "?" } } ?? ""
        var parameters = PathParameters()
        var target: Target?
        let problem: Problem
        switch table.match(method: request.method, path: path) {
        case .found(let found, let values): (target, parameters, problem) = (found, values, .notFound)
        case .wrongMethod(let allowed): problem = .methodNotAllowed(allow: allowed)
        case .notFound: problem = .notFound
        case .malformed: problem = .malformed("The path is not percent-encoded UTF-8.")
        }
        let context = RequestContext(
            requestID: requestID, connection: connection, route: target?.description, parameters: parameters,
            bodyLimit: target?.bodyLimit ?? defaultBodyLimit, arrivedAt: .now, logger: logger)
        let handler = target?.handler ?? PlanResponder.chain(unrouted) { _, _ in throw problem }
        return await run(handler, request, context)
    }

    /// Answers what the front could not read as a request; the gates that see every request see this one too.
    func refuse(_ problem: Problem, _ head: HTTPRequest?, from connection: ConnectionInfo) async -> Response {
        let head = head ?? HTTPRequest(method: .get, scheme: nil, authority: nil, path: nil)
        let context = RequestContext(
            requestID: RequestID(of: head.headerFields), connection: connection, route: nil, parameters: PathParameters(),
            bodyLimit: 0, arrivedAt: .now, logger: logger)
        let handler = PlanResponder.chain(unrouted) { _, _ in throw problem }
        return await run(handler, Request(head: head, body: RequestBody(buffer: ByteBuffer())), context)
    }

    /// The most bytes that a request's body may have where that is not the server's own limit.
    func bodyLimit(of head: HTTPRequest) -> Int? {
        guard hasLargerLimits, let path = head.path,
            case .found(let target, _) = table.match(method: head.method, path: path.prefix { $0 != "?" })
        else { return nil }
        return target.bodyLimit
    }

    private func run(_ handler: RouteHandler, _ request: Request, _ context: RequestContext) async -> Response {
        do {
            return try await handler(request, context)
        } catch {
            return PlanResponder.answer(error, context)
        }
    }

    /// The gates around `handler`. Errors become answers within the `observe` phase, so that its gates see every answer.
    private static func chain(_ gates: [OwnedGate], around handler: @escaping RouteHandler) -> RouteHandler {
        let inner = wrap(gates.filter { $0.gate.phase != .observe }, around: handler)
        return wrap(gates.filter { $0.gate.phase == .observe }) { request, context in
            do {
                return try await inner(request, context)
            } catch {
                return answer(error, context)
            }
        }
    }

    private static func wrap(_ gates: [OwnedGate], around handler: @escaping RouteHandler) -> RouteHandler {
        gates.reversed().reduce(handler) { next, owned in
            let body = owned.gate.body
            return { request, context in try await body(request, context, next) }
        }
    }

    /// The one place where errors become answers, and where those that are our fault are logged.
    private static func answer(_ error: any Error, _ context: RequestContext) -> Response {
        let problem = Problem.from(error)
        context.record.setErrorCode(problem.code)
        if problem.status >= 500, !(error is CancellationError) {
            context.logger.error(
                "request failed",
                metadata: ["error": "\(String(reflecting: error))", "route": "\(context.route?.template ?? "-")"])
        }
        return problem.response(requestID: context.requestID)
    }
}
