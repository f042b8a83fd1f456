import Domain
import HTTPTypes
import HummingbirdCore
import Kernel

/// `GET /ws` and `GET /ws/{appId}`.
struct SocketRoutes: Sendable {
    let live: LiveServices

    var routes: [SocketRoute] {
        [
            SocketRoute(
                "/ws", access: access, summary: "tells of what others write, in all apps", limits: limits
            ) { _, _ in try session(app: nil) },
            SocketRoute(
                "/ws/{appId}", access: access, summary: "tells of what others write, in one app", limits: limits
            ) { _, context in try session(app: try context.appID()) },
        ]
    }

    private let access = Route.Access.open(because: "authenticates in band")

    private var limits: WebSocketLimits {
        var limits = WebSocketLimits()
        limits.maxMessage = live.config.maxMessage
        limits.pingEvery = live.config.pingEvery
        limits.silentAfter = live.config.silentAfter
        return limits
    }

    private func session(app: AppID?) throws(Problem) -> SocketSession {
        guard let seat = live.seats.unauthenticatedSeat() else {
            throw Problem(
                status: 429, code: "too_many_connections", detail: "Too many connections have not authenticated.",
                headers: [.retryAfter: "5"])
        }
        return SocketSession(live: live, app: app, seat: seat)
    }

    init(live: LiveServices) {
        self.live = live
    }
}
