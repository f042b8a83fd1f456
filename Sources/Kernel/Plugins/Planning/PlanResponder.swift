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
    private let unrouted: GateChain
    private let defaultBodyLimit: Int
    private let bodyMemory: BodyMemory
    /// Whether a route takes larger bodies than the server's limit, so that the limit depends on the route.
    private let hasLargerLimits: Bool
    let logger: Logger

    init(plan: RoutePlan, server: ServerConfig, state: ServerState, logger: Logger) {
        let limit = server.maxBody.bytes
        defaultBodyLimit = limit
        bodyMemory = BodyMemory(limit: server.maxBodyMemory.bytes)
        hasLargerLimits = plan.routes.contains { $0.planned.route.bodyLimit ?? 0 > limit }
        self.logger = logger
        unrouted = GateChain(gates: plan.unrouted, state: state)
        table = RouteTable(
            plan.routes.map { built in
                let route = built.planned.route
                let plugin = built.planned.plugin
                let chain = GateChain(gates: built.gates, state: state)
                let target = Target(
                    description: RouteDescription(template: route.path, plugin: plugin),
                    bodyLimit: route.bodyLimit ?? limit,
                    handler: chain.around { request, context in
                        guard state.isServing(plugin) else { throw Problem.degraded }
                        return try await route.handler(request, context)
                    })
                return (route.method, built.template, target)
            })
    }

    /// Answers one request.
    package func respond(to request: Request, from connection: ConnectionInfo) async -> Response {
        var parameters = PathParameters()
        var target: Target?
        let problem: Problem
        switch table.match(method: request.head.method, path: (request.head.path ?? "").pathOfTarget) {
        case .found(let found, let values): (target, parameters, problem) = (found, values, .notFound)
        case .wrongMethod(let allowed): problem = .methodNotAllowed(allow: allowed)
        case .notFound: problem = .notFound
        case .malformed: problem = .malformed("The path is not percent-encoded UTF-8.")
        }
        let context = RequestContext(
            requestID: RequestID(of: request.headers), connection: connection, route: target?.description,
            parameters: parameters, bodyLimit: target?.bodyLimit ?? defaultBodyLimit, bodyMemory: bodyMemory,
            arrivedAt: .now, logger: logger)
        return await run(target?.handler ?? unrouted.answering(problem), request, context)
    }

    /// Answers what the front could not read as a request; the gates that see every request see this one too.
    func refuse(_ problem: Problem, _ head: HTTPRequest?, from connection: ConnectionInfo) async -> Response {
        let head = head ?? HTTPRequest(refusedMethod: .unreadable)
        let context = RequestContext(
            requestID: RequestID(of: head.headerFields), connection: connection, route: nil,
            parameters: PathParameters(), bodyLimit: 0, bodyMemory: bodyMemory, arrivedAt: .now, logger: logger)
        let request = Request(head: head, body: RequestBody(buffer: ByteBuffer()))
        return await run(unrouted.answering(problem), request, context)
    }

    /// The most bytes that a request's body may have where that is not the server's own limit.
    func bodyLimit(of head: HTTPRequest) -> Int? {
        guard hasLargerLimits, let path = head.path,
            case .found(let target, _) = table.match(method: head.method, path: path.pathOfTarget)
        else { return nil }
        return target.bodyLimit
    }

    /// Only a gate of the `observe` phase can still have thrown.
    private func run(_ handler: RouteHandler, _ request: Request, _ context: RequestContext) async -> Response {
        do {
            return try await handler(request, context)
        } catch {
            return context.answer(error)
        }
    }
}

extension String {
    /// What stands before the query of a request target. By bytes: a combining character after the mark does not hide it.
    fileprivate var pathOfTarget: Substring {
        utf8.firstIndex(of: UInt8(ascii: "?")).map { self[..<$0] } ?? self[...]
    }
}
