public import Kernel

extension RouteTrait {
    /// The user may use what costs the operator money (spec: protocol.md, "Billing"). Fulfilled by the Billing plugin; without it, a
    /// deployer accepts it as open.
    public static let metered = RouteTrait("metered")
}
