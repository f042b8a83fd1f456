/// Something that a route demands of whoever asks, and that some gate makes sure of: `authenticated`, `metered`.
///
/// Traits are how plugins meet without knowing one another: a route of one demands the trait, a gate of another fulfils it.
public struct RouteTrait: Hashable, Sendable, CustomStringConvertible {
    /// The name in tables, messages and `kernel.unfulfilled`.
    public let name: String
    /// Whether a deployer may accept that no gate fulfils it.
    public let isWaivable: Bool

    /// The trait of that name. Deployers may accept it as open, unless it is ``authenticated`` or ``operator``.
    public init(_ name: String) {
        self.name = name
        isWaivable = !RouteTrait.protectedNames.contains(name)
    }

    /// The names of the traits that protect people's data.
    static let protectedNames = ["authenticated", "operator"]

    /// The request carries a good token, and the context its principal. Never waived.
    public static let authenticated = RouteTrait("authenticated")
    /// The request comes from an operator of the server. Never waived.
    public static let `operator` = RouteTrait("operator")

    public var description: String { name }
}
