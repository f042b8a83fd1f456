import NIOCore

/// When a WebSocket's peer is pinged, and when it has been silent for too long, as a value: events in, the next deadline out.
struct WebSocketDeadline {
    /// What is to be done.
    enum Due: Equatable {
        case ping
        /// The connection is cut: nothing was heard of the peer, or no answer to a close frame.
        case cut
    }

    private let pingEvery: TimeAmount
    private let silentAfter: TimeAmount
    private let closeTimeout: TimeAmount
    private var pingAt: NIODeadline
    private var heardAt: NIODeadline
    private var closeBy: NIODeadline?

    /// A socket opened at `now`.
    init(_ limits: WebSocketLimits, at now: NIODeadline) {
        pingEvery = TimeAmount(limits.pingEvery)
        silentAfter = TimeAmount(limits.silentAfter)
        closeTimeout = TimeAmount(limits.closeTimeout)
        pingAt = now + pingEvery
        heardAt = now
    }

    /// When to ask ``due(at:)`` next.
    var next: NIODeadline { closeBy ?? min(pingAt, heardAt + silentAfter) }

    mutating func heard(at now: NIODeadline) {
        heardAt = now
    }

    /// Our close frame went out.
    mutating func closing(at now: NIODeadline) {
        closeBy = closeBy ?? now + closeTimeout
    }

    /// The server stops, and the peer has `timeout` at most to answer a close frame.
    mutating func draining(at now: NIODeadline, for timeout: TimeAmount) {
        closeBy = min(closeBy ?? .distantFuture, now + timeout)
    }

    mutating func due(at now: NIODeadline) -> Due? {
        if let closeBy { return now >= closeBy ? .cut : nil }
        if now >= heardAt + silentAfter { return .cut }
        guard now >= pingAt else { return nil }
        pingAt = now + pingEvery
        return .ping
    }
}
