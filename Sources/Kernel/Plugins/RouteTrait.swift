/// Something that a route demands of whoever asks, and that some gate makes sure of: `authenticated`, `metered`.
///
/// Traits are how plugins meet without knowing one another: a route of one demands the trait, a gate of another fulfils it.
public struct RouteTrait: Hashable, Sendable, CustomStringConvertible {
    /// The name in tables, messages and `kernel.unfulfilled`.
    public let name: String
    /// Whether a deployer may accept that no gate fulfils it.
    public let isWaivable: Bool

    /// A trait that deployers may accept as open.
    public init(_ name: String) {
        self.init(name: name, isWaivable: true)
    }

    private init(name: String, isWaivable: Bool) {
        self.name = name
        self.isWaivable = isWaivable
    }

    /// The request carries a good token, and the context its principal. Never waived.
    public static let authenticated = RouteTrait(name: "authenticated", isWaivable: false)
    /// The request comes from an operator of the server. Never waived.
    public static let `operator` = RouteTrait(name: "operator", isWaivable: false)

    public var description: String { name }
}
