import HTTPTypes
package import HummingbirdCore
import Logging

/// Takes requests to their routes: finds the route, makes the context, runs the chain. It always has an answer.
package final class PlanResponder: Sendable {
    private struct Target: Sendable {
        let description: RouteDescription
        let bodyLimit: Int
        let handler: RouteHandler
    }

    private let table: RouteTable<Target>
    /// Answers requests that no route takes: with the given problem, unless a gate is faster.
    private let unrouted: @Sendable (Problem) -> RouteHandler
    private let defaultBodyLimit: Int
    private let logger: Logger

    init(plan: RoutePlan, server: ServerConfig, state: ServerState, logger: Logger) {
        defaultBodyLimit = server.maxBody.bytes
        self.logger = logger
        unrouted = { problem in
            PlanResponder.chain(plan.unrouted, state) { _, _ in throw problem }
        }
        table = RouteTable(
            plan.routes.map { built in
                let route = built.planned.route
                let plugin = built.planned.plugin
                let handler: RouteHandler = { request, context in
                    guard state.isServing(plugin) else { throw Problem.degraded }
                    return try await route.handler(request, context)
                }
                return (
                    route.method, built.template,
                    Target(
                        description: RouteDescription(template: route.path, plugin: plugin),
                        bodyLimit: route.bodyLimit ?? server.maxBody.bytes,
                        handler: PlanResponder.chain(built.gates, state, around: handler))
                )
            })
    }

    /// Answers one request.
    package func respond(to request: Request, from connection: ConnectionInfo) async -> Response {
        let requestID = RequestID(of: request.headers)
        let path = (request.head.path ?? "").pathOfTarget
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
        let handler = target?.handler ?? unrouted(problem)
        do {
            return try await handler(request, context)
        } catch {
            return PlanResponder.answer(error, context)
        }
    }

    /// The gates around `handler`. Errors become answers within the `observe` phase, so that its gates see every answer.
    private static func chain(
        _ gates: [OwnedGate], _ state: ServerState, around handler: @escaping RouteHandler
    ) -> RouteHandler {
        let inner = wrap(gates.filter { $0.gate.phase != .observe }, state, around: handler)
        return wrap(gates.filter { $0.gate.phase == .observe }, state) { request, context in
            do {
                return try await inner(request, context)
            } catch {
                return answer(error, context)
            }
        }
    }

    private static func wrap(
        _ gates: [OwnedGate], _ state: ServerState, around handler: @escaping RouteHandler
    ) -> RouteHandler {
        gates.reversed().reduce(handler) { next, owned in
            let (body, plugin) = (owned.gate.body, owned.plugin)
            let isObserver = owned.gate.phase == .observe
            return { request, context in
                guard !state.isServing(plugin) else { return try await body(request, context, next) }
                // What only looks is passed by. What protects cannot, so nobody passes.
                guard isObserver else { throw Problem.degraded }
                return try await next(request, context)
            }
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

extension Problem {
    /// 503: the plugin of the route, or of a gate before it, could not start.
    fileprivate static let degraded = Problem.unavailable(detail: "The feature is not available now.")
}

extension String {
    /// What stands before the query of a request target. By bytes: a combining character after the mark does not hide it.
    fileprivate var pathOfTarget: Substring {
        utf8.firstIndex(of: UInt8(ascii: "?")).map { self[..<$0] } ?? self[...]
    }
}
