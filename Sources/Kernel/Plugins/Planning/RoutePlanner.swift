import HTTPTypes

/// A route with its gates, ready to be called.
struct BuiltRoute: Sendable {
    let planned: PlannedRoute
    let template: PathTemplate
    let gates: [OwnedGate]

    /// `GET /sync/{appId}/pull`.
    var title: String { planned.route.title }
}

/// What ``RoutePlanner`` makes of all routes and gates.
struct RoutePlan: Sendable {
    /// By path and method.
    var routes: [BuiltRoute] = []
    /// The gates that requests pass which no route takes.
    var unrouted: [OwnedGate] = []
}

/// Gives every route its chain, and proves that each demand of a route is fulfilled.
struct RoutePlanner {
    let routes: [(plugin: String, route: Route)]
    let gates: [OwnedGate]
    /// The names in `kernel.unfulfilled`.
    let accepted: Set<String>

    func plan() throws(PlanRefusals) -> RoutePlan {
        let duplicates = duplicateGates()
        guard duplicates.isEmpty else { throw PlanRefusals(refusals: duplicates) }
        let sortedGates = try GateOrder(gates).sorted()
        var refusals: [PlanRefusal] = []
        var plan = RoutePlan(unrouted: sortedGates.filter(\.coversUnrouted))
        let sortedRoutes = routes.sorted { left, right in
            (left.route.path, left.route.method.rawValue, left.plugin) < (
                right.route.path, right.route.method.rawValue, right.plugin
            )
        }
        for (plugin, route) in sortedRoutes {
            refusals += RoutePlanner.malformed(route, of: plugin)
            guard let template = PathTemplate(route.path) else { continue }
            let chain = sortedGates.filter { $0.covers(owner: plugin, traits: route.demands) }
            let open = route.demands.filter { trait in !chain.contains { $0.gate.target == .routes(demanding: trait) } }
            refusals += open.compactMap { unfulfilled($0, plugin: plugin, route: route) }
            plan.routes.append(
                BuiltRoute(
                    planned: PlannedRoute(route: route, plugin: plugin, chain: chain.map(\.id), openTraits: open),
                    template: template, gates: chain))
        }
        refusals += RoutePlanner.overlaps(plan.routes)
        refusals += RoutePlanner.unrelated(in: plan.routes.map(\.gates) + [plan.unrouted])
        guard refusals.isEmpty else { throw PlanRefusals(refusals: refusals) }
        return plan
    }

    private func unfulfilled(_ trait: RouteTrait, plugin: String, route: Route) -> PlanRefusal? {
        let message = "\(route.title) of plugin '\(plugin)' demands '\(trait)', which no enabled plugin fulfils"
        guard trait.isWaivable else {
            return PlanRefusal(message, remedy: "Switch on a plugin that fulfils it; '\(trait)' is never left open.")
        }
        if accepted.contains(trait.name) { return nil }
        return PlanRefusal(
            message,
            remedy: "Switch on a plugin that fulfils it, or accept that it is open with kernel.unfulfilled: [\(trait)]."
        )
    }

    private func duplicateGates() -> [PlanRefusal] {
        Dictionary(grouping: gates, by: \.id).filter { $0.value.count > 1 }.keys.sorted().map {
            PlanRefusal("there are two gates '\($0)'", remedy: "Rename one of them.")
        }
    }
}

extension RoutePlanner {
    private static func malformed(_ route: Route, of plugin: String) -> [PlanRefusal] {
        var refusals: [PlanRefusal] = []
        if PathTemplate(route.path) == nil {
            refusals.append(
                PlanRefusal(
                    "plugin '\(plugin)' declares a route with the malformed path '\(route.path)'",
                    remedy: "Write it as in /sync/{appId}/pull."))
        }
        if route.method == .head {
            refusals.append(
                PlanRefusal(
                    "plugin '\(plugin)' declares \(route.title), and HEAD is always answered by the route of GET",
                    remedy: "Declare GET \(route.path) instead."))
        }
        switch route.access {
        case .open(because: ""), .requires([]):
            refusals.append(
                PlanRefusal(
                    "\(route.title) of plugin '\(plugin)' demands nothing and does not say why",
                    remedy: "Say .open(because:) with the reason, or .requires with the traits that it demands."))
        case .open, .requires: break
        }
        return refusals
    }

    private static func overlaps(_ built: [BuiltRoute]) -> [PlanRefusal] {
        built.enumerated().flatMap { index, left in
            built[(index + 1)...].filter { right in
                left.planned.route.method == right.planned.route.method && left.template.overlaps(right.template)
            }.map { right in
                let isSame = left.template == right.template
                let (one, other) = (left.planned.plugin, right.planned.plugin)
                let owners = one == other ? "plugin '\(one)'" : "plugins '\(one)' and '\(other)'"
                let what =
                    isSame
                    ? "\(one == other ? "declares" : "both declare") \(left.title)\(one == other ? " twice" : "")"
                    : "\(one == other ? "declares" : "declare") the overlapping routes \(left.title) and \(right.title)"
                return PlanRefusal(
                    "\(owners) \(what)",
                    remedy: one == other
                        ? "Change one of the paths." : "Change one of the paths, or switch one of the plugins off.")
            }
        }
    }

    private static func unrelated(in chains: [[OwnedGate]]) -> [PlanRefusal] {
        var refusals: [PlanRefusal] = []
        for (left, right) in chains.flatMap(GateOrder.unrelatedPairs) {
            let refusal = PlanRefusal(
                "the gates '\(left.id)' and '\(right.id)' of phase '\(left.gate.phase)' do not say how they relate",
                remedy: "Give one of them a relation: before, after or independent.")
            if !refusals.contains(refusal) { refusals.append(refusal) }
        }
        return refusals
    }
}
