/// What a listener hears.
public enum PostgresListenerEvent: Sendable {
    /// From now on everything sent arrives.
    case connected
    /// The connection was lost and is back; from now on everything sent arrives. What was sent between is lost: look for yourself.
    case reconnected
    /// The connection is lost, or an attempt to connect failed; further attempts follow by the back-off.
    case disconnected(PostgresError)
    /// Somebody sent something.
    case notification(PostgresNotification)
    /// More came than was taken; what came beyond the bound is lost: look for yourself.
    case overflowed
    /// The listener was stopped or the client shut down: nothing follows.
    case ended
}

/// What to listen to, where, and who is told.
struct ListenerSpecification: Sendable {
    let id: UInt64
    let configuration: PostgresConfiguration
    let channels: [String]
    let deliver: @Sendable (PostgresListenerEvent) -> Void
}
