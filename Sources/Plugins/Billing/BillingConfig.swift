import CachedLookup
import Domain
public import Kernel

/// The section `plugins.billing` (spec: operations.md, "Keys of the config file").
public struct BillingConfig: ConfigSection {
    /// Where the credits service is.
    public var creditsURL = "http://localhost:3061"
    /// The key that the credits service knows us by; not needed while the server listens on loopback only.
    public var serviceKey: Secret?
    /// A file with that key, in place of ``serviceKey``.
    public var serviceKeyFile: String?
    /// How long an answer of the credits service holds.
    public var cacheFor: Duration = .seconds(5 * 60)
    /// How long the credits service may take to answer; then the user may sync.
    public var timeout: Duration = .seconds(5)
    /// Of how many users the answer is kept.
    public var cachedUsers = 50_000
    /// The apps whose requests are not asked about.
    public var exemptApps: [String] = []

    /// The defaults.
    public init() {}

    /// MANA_CREDITS_URL, MANA_SERVICE_KEY (which also takes the place of ``serviceKeyFile``) and BILLING_EXEMPT_APPS.
    public static var environment: [EnvironmentBinding] {
        [
            EnvironmentBinding("MANA_CREDITS_URL", "plugins.billing.creditsURL"),
            EnvironmentBinding("MANA_SERVICE_KEY") { text in
                guard !text.isEmpty else { return [("plugins.billing.serviceKey", .null)] }
                return [("plugins.billing.serviceKey", .scalar(text)), ("plugins.billing.serviceKeyFile", .null)]
            },
            EnvironmentBinding("BILLING_EXEMPT_APPS", "plugins.billing.exemptApps"),
        ]
    }

    /// Demands values that the credits service can be asked with.
    public func validate(_ check: inout ConfigCheck) {
        check.require(ServiceAddress(creditsURL) != nil, "creditsURL", ServiceAddress.rule)
        check.require(serviceKeyFile?.isEmpty != true, "serviceKeyFile", "must not be empty")
        check.require(cacheFor >= .seconds(1), "cacheFor", "must not be shorter than 1s")
        check.require(cacheFor <= .seconds(24 * 3600), "cacheFor", "must not be longer than 24h")
        check.require(timeout >= .milliseconds(10), "timeout", "must not be shorter than 10ms")
        check.require(timeout <= .seconds(60), "timeout", "must not be longer than 1m")
        check.require((1...10_000_000).contains(cachedUsers), "cachedUsers", "must be from 1 to 10000000")
        for (index, app) in exemptApps.enumerated() {
            let message = "must be an app's name: 1 to 64 of A-Z a-z 0-9 . _ - and neither . nor .."
            check.require(AppID(app) != nil, "exemptApps[\(index)]", message)
        }
    }
}
