/// The traits that the plugins compiled in know of, by their manifests: also those of plugins that are off, which are never made.
struct TraitNames {
    /// All manifests.
    let manifests: [PluginManifest]

    /// What is wrong with the names in `kernel.unfulfilled`: a name that no plugin knows protects nothing and is most likely
    /// misspelt.
    func unknown(among accepted: [String], at location: ConfigLocation) -> [PlanRefusal] {
        let known = Set(manifests.flatMap(\.traits).filter(\.isWaivable).map(\.name)).sorted()
        return accepted.filter { !known.contains($0) }.map { name in
            let remedy =
                NearestName.of(name, among: known).map { "Did you mean '\($0)'?" }
                ?? (known.isEmpty
                    ? "Take it out: no plugin has a trait that can be open."
                    : "The traits that can be open are: \(known.joined(separator: ", ")).")
            return PlanRefusal(
                "\(location): kernel.unfulfilled names '\(name)', which is no trait of any plugin", remedy: remedy)
        }
    }

    /// The traits that a plugin's routes demand or its gates fulfil and that its manifest does not name.
    static func undeclared(by manifest: PluginManifest, in registry: PluginRegistry) -> [PlanRefusal] {
        let targets = registry.gates.compactMap { gate -> RouteTrait? in
            if case .routes(let trait) = gate.target { trait } else { nil }
        }
        let used = Set(registry.routes.flatMap(\.demands) + targets).filter(\.isWaivable)
        return used.subtracting(manifest.traits).sorted { $0.name < $1.name }.map { trait in
            PlanRefusal(
                "plugin '\(manifest.id)' uses the trait '\(trait)', which its manifest does not name",
                remedy: "Add it to the traits of the plugin's manifest.")
        }
    }
}
