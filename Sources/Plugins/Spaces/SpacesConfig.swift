import CachedLookup
public import Kernel

/// The section `plugins.spaces` (spec: operations.md, "Keys of the config file").
public struct SpacesConfig: ConfigSection {
    /// Where the auth service is.
    public var authURL = "http://localhost:3001"
    /// The key that the auth service knows us by; not needed while the server listens on loopback only.
    public var serviceKey: Secret?
    /// A file with that key, in place of ``serviceKey``.
    public var serviceKeyFile: String?
    /// How long an answer of the auth service holds.
    public var cacheFor: Duration = .seconds(5 * 60)
    /// How old the last answer may be that serves while the auth service does not answer.
    public var staleFor: Duration = .seconds(24 * 3600)
    /// How long the auth service may take to answer.
    public var timeout: Duration = .seconds(5)
    /// Of how many users the answer is kept.
    public var cachedUsers = 50_000
    /// The roles that may read a space, and not write into it.
    public var readOnlyRoles = ["viewer", "guest"]

    /// The defaults.
    public init() {}

    /// MANA_AUTH_URL, and MANA_SERVICE_KEY, which also takes the place of ``serviceKeyFile``.
    public static var environment: [EnvironmentBinding] {
        [
            EnvironmentBinding("MANA_AUTH_URL", "plugins.spaces.authURL"),
            EnvironmentBinding("MANA_SERVICE_KEY") { text in
                guard !text.isEmpty else { return [("plugins.spaces.serviceKey", .null)] }
                return [("plugins.spaces.serviceKey", .scalar(text)), ("plugins.spaces.serviceKeyFile", .null)]
            },
        ]
    }

    /// Demands values that the auth service can be asked with.
    public func validate(_ check: inout ConfigCheck) {
        check.require(ServiceAddress(authURL) != nil, "authURL", ServiceAddress.rule)
        check.require(serviceKeyFile?.isEmpty != true, "serviceKeyFile", "must not be empty")
        check.require(cacheFor >= .seconds(1), "cacheFor", "must not be shorter than 1s")
        check.require(cacheFor <= .seconds(24 * 3600), "cacheFor", "must not be longer than 24h")
        check.require(staleFor >= cacheFor, "staleFor", "must not be shorter than cacheFor")
        check.require(staleFor <= .seconds(7 * 24 * 3600), "staleFor", "must not be longer than 168h")
        check.require(timeout >= .milliseconds(10), "timeout", "must not be shorter than 10ms")
        check.require(timeout <= .seconds(60), "timeout", "must not be longer than 1m")
        check.require((1...10_000_000).contains(cachedUsers), "cachedUsers", "must be from 1 to 10000000")
        for (index, role) in readOnlyRoles.enumerated() {
            check.require(!role.isEmpty, "readOnlyRoles[\(index)]", "must not be empty")
        }
    }
}
