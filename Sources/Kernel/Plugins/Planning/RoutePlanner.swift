import HTTPTypes

/// A route with its gates, ready to be called.
struct BuiltRoute: Sendable {
    let planned: PlannedRoute
    let template: PathTemplate
    let gates: [OwnedGate]
}

/// Gives every route its chain, and proves that each demand of a route is fulfilled.
struct RoutePlanner {
    let routes: [(plugin: String, route: Route)]
    let gates: [OwnedGate]
    /// The names in `kernel.unfulfilled`.
    let accepted: Set<String>

    func plan() throws(PlanRefusals) -> [BuiltRoute] {
        let sortedGates = try GateOrder.sorted(gates)
        var refusals: [PlanRefusal] = duplicateGates()
        var built: [BuiltRoute] = []
        let sortedRoutes = routes.sorted { left, right in
            (left.route.path, left.route.method.rawValue, left.plugin) < (
                right.route.path, right.route.method.rawValue, right.plugin
            )
        }
        for (plugin, route) in sortedRoutes {
            guard let template = PathTemplate(route.path) else {
                refusals.append(
                    PlanRefusal(
                        "plugin '\(plugin)' declares a route with the malformed path '\(route.path)'",
                        remedy: "Write it as in /sync/{appId}/pull."))
                continue
            }
            let chain = sortedGates.filter { $0.covers(owner: plugin, traits: route.demands) }
            let open = route.demands.filter { trait in !chain.contains { $0.gate.target == .routes(demanding: trait) } }
            refusals += open.compactMap { unfulfilled($0, plugin: plugin, route: route) }
            built.append(
                BuiltRoute(
                    planned: PlannedRoute(route: route, plugin: plugin, chain: chain.map(\.id), openTraits: open),
                    template: template, gates: chain))
        }
        refusals += overlaps(built) + unrelated(built)
        guard refusals.isEmpty else { throw PlanRefusals(refusals: unique(refusals)) }
        return built
    }

    private func unfulfilled(_ trait: RouteTrait, plugin: String, route: Route) -> PlanRefusal? {
        let message =
            "\(route.method.rawValue) \(route.path) of plugin '\(plugin)' demands '\(trait.name)', which no enabled plugin fulfils"
        guard trait.isWaivable else {
            return PlanRefusal(
                message, remedy: "Switch on the plugin that fulfils it; '\(trait.name)' is never left open.")
        }
        if accepted.contains(trait.name) { return nil }
        return PlanRefusal(
            message,
            remedy:
                "Switch on a plugin that fulfils it, or accept that it is open with kernel.unfulfilled: [\(trait.name)]."
        )
    }

    private func duplicateGates() -> [PlanRefusal] {
        Dictionary(grouping: gates, by: \.id).filter { $0.value.count > 1 }.keys.sorted().map {
            PlanRefusal("there are two gates '\($0)'", remedy: "Rename one of them.")
        }
    }

    private func overlaps(_ built: [BuiltRoute]) -> [PlanRefusal] {
        var refusals: [PlanRefusal] = []
        for (index, left) in built.enumerated() {
            for right in built[(index + 1)...]
            where left.planned.route.method == right.planned.route.method && left.template.overlaps(right.template) {
                let (one, other) = (left.planned, right.planned)
                let verb = left.template == right.template ? "both declare" : "declare the overlapping routes"
                let paths =
                    left.template == right.template ? one.route.path : "\(one.route.path) and \(other.route.path)"
                refusals.append(
                    PlanRefusal(
                        "plugins '\(one.plugin)' and '\(other.plugin)' \(verb) \(one.route.method.rawValue) \(paths)",
                        remedy: "Change one of the paths, or switch one of the plugins off."))
            }
        }
        return refusals
    }

    private func unrelated(_ built: [BuiltRoute]) -> [PlanRefusal] {
        built.flatMap { route in
            GateOrder.unrelatedPairs(in: route.gates).map { left, right in
                PlanRefusal(
                    "the gates '\(left.id)' and '\(right.id)' of phase '\(left.gate.phase)' do not say how they relate",
                    remedy: "Give one of them a relation: before, after or independent.")
            }
        }
    }

    private func unique(_ refusals: [PlanRefusal]) -> [PlanRefusal] {
        var seen: Set<PlanRefusal> = []
        return refusals.filter { seen.insert($0).inserted }
    }
}
