import HummingbirdCore
import Logging

/// Gates in the order in which requests pass them, ready to be put around a handler.
struct GateChain: Sendable {
    let gates: [OwnedGate]
    let state: ServerState

    /// The gates around `handler`. Errors become answers within the `observe` phase, so that its gates see every answer.
    func around(_ handler: @escaping RouteHandler) -> RouteHandler {
        let inner = wrap(gates.filter { $0.gate.phase != .observe }, around: handler)
        return wrap(gates.filter { $0.gate.phase == .observe }) { request, context in
            do {
                return try await inner(request, context)
            } catch {
                return context.answer(error)
            }
        }
    }

    /// The gates around a problem.
    func answering(_ problem: Problem) -> RouteHandler {
        around { _, _ in throw problem }
    }

    private func wrap(_ gates: [OwnedGate], around handler: @escaping RouteHandler) -> RouteHandler {
        gates.reversed().reduce(handler) { next, owned in
            let (body, plugin) = (owned.gate.body, owned.plugin)
            let onlyObserves = owned.gate.phase == .observe
            return { [state] request, context in
                guard !state.isServing(plugin) else { return try await body(request, context, next) }
                // What only looks is passed by; what protects cannot be, so nobody passes.
                guard onlyObserves else { throw Problem.degraded }
                return try await next(request, context)
            }
        }
    }
}

extension RequestContext {
    /// The one place where errors become answers, and where those that are our fault are logged.
    func answer(_ error: any Error) -> Response {
        let problem = Problem.from(error)
        record.setErrorCode(problem.code)
        if problem.isServersFault, !(error is CancellationError) {
            logger.error(
                "request failed",
                metadata: ["error": "\(String(reflecting: error))", "route": "\(route?.template ?? "-")"])
        }
        return problem.response(requestID: requestID)
    }
}

extension Problem {
    /// Whether the server failed. 501 and 505 are the peer's doing: a method or version that there is not.
    fileprivate var isServersFault: Bool { status >= 500 && status != 501 && status != 505 }

    /// 503: the plugin of the route, or of a gate before it, could not start.
    static let degraded = Problem.unavailable(detail: "The feature is not available now.")
}
