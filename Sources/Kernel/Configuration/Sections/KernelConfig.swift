/// The section `kernel`.
public struct KernelConfig: ConfigSection {
    /// The traits that routes demand and that may stay without a plugin that fulfils them (spec: kernel.md, "Access is proved at
    /// start"). The plan refuses a name that is no trait of any plugin compiled in, with the nearest that is; a trait of a plugin
    /// that is off, or one that is fulfilled after all, may stand here.
    public var unfulfilled: [String] = []

    /// The defaults.
    public init() {}

    /// Refuses the traits that protect people's data.
    public func validate(_ check: inout ConfigCheck) {
        for (index, trait) in unfulfilled.enumerated() {
            let isProtected = RouteTrait.protectedNames.contains(trait)
            check.require(!isProtected, "unfulfilled[\(index)]", "'\(trait)' can never be accepted as open")
            check.require(!trait.isEmpty, "unfulfilled[\(index)]", "must not be empty")
        }
    }
}
