import HTTPTypes
import HummingbirdCore
import JSONScanner
import NIOCore

/// `/health` for people and existing probes, `/health/live` and `/health/ready` for orchestrators (spec: operations.md).
struct HealthRoutes: Sendable {
    let state: ServerState
    let users: ConnectedUsers?
    let time: any TimeSource

    var routes: [Route] {
        [
            Route(
                .get, "/health", access: .open(because: "says how the server is, nothing of users"),
                summary: "how the server and its plugins are"
            ) { _, _ in await overview() },
            Route(
                .get, "/health/live", access: .open(because: "for probes"),
                summary: "the process answers; depends on nothing"
            ) { _, _ in Self.json(.ok, Self.alive) },
            Route(
                .get, "/health/ready", access: .open(because: "for probes"),
                summary: "the server can take requests: database, keys, not draining"
            ) { _, _ in await readiness() },
        ]
    }

    private static let alive = ByteBuffer(string: #"{"status":"ok"}"#)

    private func overview() async -> Response {
        let report = await state.health()
        var body = ByteBuffer()
        body.writeString(#"{"status":"\#(report.isHealthy ? "ok" : "degraded")","service":"mana-sync","version":"#)
        body.writeJSONString(BuildInfo.version)
        body.writeString(
            #","timestamp":"\#(time.now.rfc3339)","connections":\#(state.openConnections),"#)
        body.writeString(#""users":\#(users?.count() ?? 0),"plugins":{"#)
        for (index, plugin) in report.plugins.sorted(by: { $0.key < $1.key }).enumerated() {
            if index > 0 { body.writeString(",") }
            body.writeJSONString(plugin.key)
            body.writeString(":")
            body.writeJSONString(plugin.value)
        }
        body.writeString("}}")
        return Self.json(report.isHealthy ? .ok : .serviceUnavailable, body)
    }

    private func readiness() async -> Response {
        let reasons = await state.health().readiness
        var body = ByteBuffer()
        body.writeString(reasons.isEmpty ? #"{"status":"ok""# : #"{"status":"degraded","reasons":["#)
        for (index, reason) in reasons.enumerated() {
            if index > 0 { body.writeString(",") }
            body.writeJSONString(reason)
        }
        body.writeString(reasons.isEmpty ? "}" : "]}")
        return Self.json(reasons.isEmpty ? .ok : .serviceUnavailable, body)
    }

    private static func json(_ status: HTTPResponse.Status, _ body: ByteBuffer) -> Response {
        var headers: HTTPFields = [.contentType: "application/json", .cacheControl: "no-store"]
        if status == .serviceUnavailable { headers[.retryAfter] = "5" }
        return Response(status: status, headers: headers, body: ResponseBody(byteBuffer: body))
    }
}
