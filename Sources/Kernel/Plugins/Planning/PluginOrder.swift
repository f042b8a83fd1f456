/// Puts the enabled plugins in an order in which each comes after those that it uses.
struct PluginOrder {
    private let enabled: [any Plugin.Type]
    private let disabled: [any Plugin.Type]

    /// Both are sorted by id, so that no order of registration shows.
    init(enabled: [any Plugin.Type], disabled: [any Plugin.Type]) {
        self.enabled = enabled.sorted { $0.manifest.id < $1.manifest.id }
        self.disabled = disabled.sorted { $0.manifest.id < $1.manifest.id }
    }

    func sorted() throws(PlanRefusals) -> [any Plugin.Type] {
        let refusals = malformedIDs() + duplicateIDs() + duplicateProviders() + missing()
        guard refusals.isEmpty else { throw PlanRefusals(refusals: refusals) }
        switch DependencyOrder(count: enabled.count, follows: { uses(enabled[$0], enabled[$1]) }) {
        case .sorted(let order): return order.map { enabled[$0] }
        case .circle(let circle):
            let ids = circle.map { enabled[$0].manifest.id }.joined(separator: ", ")
            throw PlanRefusals(refusals: [
                PlanRefusal("the plugins \(ids) need one another in a circle", remedy: "Switch one of them off.")
            ])
        }
    }

    /// Whether `type` needs what `other` provides. Everyone but the provider itself needs the metrics factory.
    private func uses(_ type: any Plugin.Type, _ other: any Plugin.Type) -> Bool {
        let metrics = AnyServiceKey(ServiceKey.metricsFactory)
        return other.manifest.provides.contains { key in
            key == metrics || type.manifest.needs.contains { $0.key == key }
        }
    }

    private func malformedIDs() -> [PlanRefusal] {
        (enabled + disabled).map { $0.manifest.id }.filter { !PluginManifest.isValid(id: $0) }.map {
            PlanRefusal(
                "'\($0)' is no id of a plugin",
                remedy: "Use letters, digits and hyphens, a letter first, as in devIssuer.")
        }
    }

    private func duplicateIDs() -> [PlanRefusal] {
        PluginOrder.repeated(enabled + disabled) { [$0.manifest.id] }.map { id, _ in
            PlanRefusal("two plugins have the id '\(id)'", remedy: "Rename one of them in its manifest.")
        }
    }

    private func duplicateProviders() -> [PlanRefusal] {
        PluginOrder.repeated(enabled) { $0.manifest.provides.map(\.name) }.map { name, providers in
            PlanRefusal(
                "the service '\(name)' is provided by \(providers.map { "'\($0)'" }.joined(separator: " and "))",
                remedy: "Switch all but one of them off.")
        }
    }

    /// The names that several plugins have, in order, with the ids of those plugins.
    private static func repeated(
        _ plugins: [any Plugin.Type], names: (any Plugin.Type) -> [String]
    ) -> [(name: String, ids: [String])] {
        let pairs = plugins.flatMap { type in names(type).map { (name: $0, id: type.manifest.id) } }
        return Dictionary(grouping: pairs, by: \.name).filter { $0.value.count > 1 }
            .map { ($0.key, $0.value.map(\.id)) }.sorted { $0.0 < $1.0 }
    }

    private func missing() -> [PlanRefusal] {
        let provided = Set(enabled.flatMap { $0.manifest.provides })
        return enabled.flatMap { type in
            let manifest = type.manifest
            let own = manifest.needs.filter { manifest.provides.contains($0.key) }.map { need in
                PlanRefusal(
                    "plugin '\(manifest.id)' needs the service '\(need.key)' that it provides itself",
                    remedy: "Take it out of the needs of the plugin's manifest.")
            }
            return own
                + manifest.needs.filter { !$0.isOptional && !provided.contains($0.key) }
                .map { missing($0, of: type) }
        }
    }

    private func missing(_ need: ServiceNeed, of type: any Plugin.Type) -> PlanRefusal {
        let id = type.manifest.id
        if let provider = disabled.first(where: { $0.manifest.provides.contains(need.key) }) {
            return PlanRefusal(
                "plugin '\(id)' needs the service '\(need.key)' of plugin '\(provider.manifest.id)', which is off",
                remedy: "Set \(provider.section).enabled to true, or \(type.section).enabled to false.")
        }
        return PlanRefusal(
            "plugin '\(id)' needs the service '\(need.key)', which no plugin provides",
            remedy: "Add a plugin that provides it, or switch '\(id)' off.")
    }
}
