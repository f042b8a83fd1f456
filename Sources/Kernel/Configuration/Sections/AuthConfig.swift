/// The section `auth`: which tokens are accepted (spec: security.md).
public struct AuthConfig: ConfigSection {
    /// Where the issuer publishes its keys; without it ``localJWKSURL``, or the keys of DevIssuer where that is on.
    public var jwksURL: String?
    /// What a token's `iss` must be; any where it is nil.
    public var issuer: String?
    /// What a token's `aud` must be or hold; any where it is nil.
    public var audience: String?
    /// How far the issuer's clock may be from ours.
    public var leeway: Duration = .seconds(30)
    /// How often the keys are fetched anew.
    public var refreshEvery: Duration = .seconds(5 * 60)
    /// After a token with an unknown key made us fetch the keys: how long no other one does.
    public var unknownKeyCooldown: Duration = .seconds(30)
    /// How long keys are used that cannot be fetched anew.
    public var staleKeysFor: Duration = .seconds(24 * 3600)
    /// How many verified tokens are remembered; 0 for none.
    public var cachedTokens = 10_000

    /// Where an issuer on this computer publishes its keys: the default of ``jwksURL`` while DevIssuer is off.
    public static let localJWKSURL = "http://localhost:3001/api/auth/jwks"

    /// The defaults.
    public init() {}

    /// JWKS_URL.
    public static var environment: [EnvironmentBinding] {
        [EnvironmentBinding("JWKS_URL", "auth.jwksURL")]
    }

    /// Demands values that tokens can be verified with.
    public func validate(_ check: inout ConfigCheck) {
        if let jwksURL {
            let isWeb = ["http://", "https://"].contains { jwksURL.hasPrefix($0) && jwksURL.utf8.count > $0.utf8.count }
            check.require(isWeb, "jwksURL", "must begin with http:// or https://")
        }
        check.require(issuer?.isEmpty != true, "issuer", "must not be empty")
        check.require(audience?.isEmpty != true, "audience", "must not be empty")
        check.require(leeway <= .seconds(600), "leeway", "must not be longer than 10m")
        check.require(refreshEvery >= .seconds(1), "refreshEvery", "must not be shorter than 1s")
        check.require(unknownKeyCooldown >= .seconds(1), "unknownKeyCooldown", "must not be shorter than 1s")
        check.require(staleKeysFor >= refreshEvery, "staleKeysFor", "must not be shorter than refreshEvery")
        check.require((0...1_000_000).contains(cachedTokens), "cachedTokens", "must be from 0 to 1000000")
    }
}
