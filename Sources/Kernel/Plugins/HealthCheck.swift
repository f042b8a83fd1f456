/// What a health check found.
public enum HealthStatus: Hashable, Sendable {
    /// All is well.
    case healthy
    /// Something is wrong: what, in words that are safe to show to anyone.
    case unhealthy(String)
}

/// A question to a plugin: can it serve now?
public struct HealthCheck: Sendable {
    /// Its name within its plugin.
    public let name: String
    /// Whether the server counts as ready only while it is healthy.
    public let isNeededForReadiness: Bool
    /// Looks. It must answer within a second; a later answer counts as unhealthy.
    public let check: @Sendable () async -> HealthStatus

    /// A check of its parts.
    public init(
        _ name: String, isNeededForReadiness: Bool = true, check: @escaping @Sendable () async -> HealthStatus
    ) {
        self.name = name
        self.isNeededForReadiness = isNeededForReadiness
        self.check = check
    }
}
