import HTTPTypes
import HummingbirdCore

/// What every request meets at the door: its log line, CORS, and the server's health.
///
/// Built in, with the section `server`. The limits of that section are kept by ``HTTPFront``, before any gate.
struct FrontPlugin: Plugin {
    static let section = "server"
    static let manifest = PluginManifest(
        id: "http", summary: "access log, CORS and health", needs: [.optional(.connectedUsers)])

    private let cors: CORSPolicy
    private let accessLog: AccessLog
    private let health: HealthRoutes

    init(config: ServerConfig, dependencies: Dependencies) throws {
        cors = CORSPolicy(origins: config.cors.origins)
        accessLog = AccessLog(logger: dependencies.logger)
        health = HealthRoutes(
            state: dependencies.state, users: try dependencies.optional(.connectedUsers), time: dependencies.time)
    }

    func register(into registry: inout PluginRegistry) {
        registry.gate(
            Gate("access-log", phase: .observe, target: .allRoutes, relations: [.before("http.cors")]) {
                [accessLog] request, context, next in
                var response = try await next(request, context)
                response.headers[.requestID] = context.requestID.text
                accessLog.record(request, &response, context)
                return response
            })
        registry.gate(
            Gate("cors", phase: .observe, target: .allRoutes) { [cors] request, context, next in
                if let answer = cors.preflight(for: request.head) { return answer }
                var response = try await next(request, context)
                for field in cors.headers(for: request.head) { response.headers.append(field) }
                return response
            })
        for route in health.routes { registry.route(route) }
        for metric in FrontMetrics.descriptions { registry.metric(metric) }
    }
}
