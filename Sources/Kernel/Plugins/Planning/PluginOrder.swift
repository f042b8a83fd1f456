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
        let refusals = duplicates() + missing()
        guard refusals.isEmpty else { throw PlanRefusals(refusals: refusals) }
        var rest = enabled
        var order: [any Plugin.Type] = []
        while !rest.isEmpty {
            guard let index = rest.firstIndex(where: { type in !rest.contains { $0 != type && uses(type, $0) } }) else {
                let ids = rest.map { $0.manifest.id }.joined(separator: ", ")
                throw PlanRefusals(refusals: [
                    PlanRefusal("the plugins \(ids) need one another in a circle", remedy: "Switch one of them off.")
                ])
            }
            order.append(rest.remove(at: index))
        }
        return order
    }

    /// Whether `type` needs what `other` provides. Everyone but the provider itself needs the metrics factory.
    private func uses(_ type: any Plugin.Type, _ other: any Plugin.Type) -> Bool {
        let metrics = AnyServiceKey(ServiceKey.metricsFactory)
        return other.manifest.provides.contains { key in
            key == metrics || type.manifest.needs.contains { $0.key == key }
        }
    }

    private func duplicates() -> [PlanRefusal] {
        var refusals: [PlanRefusal] = []
        for (id, types) in Dictionary(grouping: enabled + disabled, by: { $0.manifest.id }).sorted(by: {
            $0.key < $1.key
        })
        where types.count > 1 {
            refusals.append(
                PlanRefusal("two plugins have the id '\(id)'", remedy: "Rename one of them in its manifest."))
        }
        let provided = enabled.flatMap { type in type.manifest.provides.map { ($0, type.manifest.id) } }
        for (key, providers) in Dictionary(grouping: provided, by: { $0.0 }).sorted(by: { $0.key.name < $1.key.name })
        where providers.count > 1 {
            let ids = providers.map { "'\($0.1)'" }.joined(separator: " and ")
            refusals.append(
                PlanRefusal("the service '\(key)' is provided by \(ids)", remedy: "Switch all but one of them off."))
        }
        return refusals
    }

    private func missing() -> [PlanRefusal] {
        let provided = Set(enabled.flatMap { $0.manifest.provides })
        return enabled.flatMap { type in
            type.manifest.needs.filter { !$0.isOptional && !provided.contains($0.key) }.map { need in
                let provider = disabled.first { $0.manifest.provides.contains(need.key) }
                guard let provider else {
                    return PlanRefusal(
                        "plugin '\(type.manifest.id)' needs the service '\(need.key)', which no plugin provides",
                        remedy: "Add a plugin that provides it, or switch '\(type.manifest.id)' off.")
                }
                return PlanRefusal(
                    "plugin '\(type.manifest.id)' needs the service '\(need.key)' of plugin '\(provider.manifest.id)', which is off",
                    remedy: "Set \(provider.section).enabled to true, or \(type.section).enabled to false.")
            }
        }
    }
}
