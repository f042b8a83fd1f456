/// How tokens are verified (spec: security.md, "Tokens"; operations.md, `auth`). The defaults are the documented ones.
public struct AuthenticationSettings: Hashable, Sendable {
    /// The one `iss` that is accepted; `nil` accepts any, and none.
    public var issuer: String?
    /// What `aud` must be, or contain; `nil` accepts any, and none.
    public var audience: String?
    /// How far the issuer's clock and ours may differ, in every check of a time.
    public var leeway: Duration = .seconds(30)
    /// How long after a successful fetch of the keys the next one follows.
    public var refreshEvery: Duration = .seconds(300)
    /// How long after a fetch that an unknown key caused no other key causes one.
    public var unknownKeyCooldown: Duration = .seconds(30)
    /// How long keys serve while they cannot be fetched again.
    public var staleKeysFor: Duration = .seconds(86_400)
    /// How many verified tokens are remembered; 0 remembers none.
    public var cachedTokens = 10_000

    /// The documented defaults: any issuer, any audience.
    public init() {}
}
