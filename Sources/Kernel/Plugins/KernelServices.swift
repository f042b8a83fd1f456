public import CoreMetrics

extension ServiceKey where Value == any MetricsFactory {
    /// Where metrics go. Every plugin gets it as ``Dependencies/metrics``; none needs to name it in its manifest.
    public static let metricsFactory = ServiceKey("metrics-factory")
}

extension ServiceKey where Value == any KeySetSource {
    /// Keys of the server's own, for tokens that no auth service issued. Counts where `auth.jwksURL` is not set.
    public static let localKeySet = ServiceKey("local-key-set")
}

extension ServiceKey where Value == ConnectedUsers {
    /// How many users have an open stream or WebSocket: the `users` of `/health`.
    public static let connectedUsers = ServiceKey("connected-users")
}

/// Counts the users who are connected.
public struct ConnectedUsers: Sendable {
    /// How many they are now.
    public let count: @Sendable () -> Int

    /// A count that `count` knows.
    public init(count: @escaping @Sendable () -> Int) {
        self.count = count
    }
}

extension ServiceKey where Value == TokenVerifier {
    /// Verifies tokens that do not come in an `Authorization` header.
    public static let tokenVerifier = ServiceKey("token-verifier")
}
