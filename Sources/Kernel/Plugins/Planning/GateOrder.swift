/// A gate with the plugin that declared it.
struct OwnedGate: Sendable {
    let plugin: String
    let gate: Gate

    /// `plugin.gate`: what relations and tables call it.
    var id: String { "\(plugin).\(gate.name)" }

    /// Whether it stands before a route of `owner` that demands `traits`.
    func covers(owner: String, traits: [RouteTrait]) -> Bool {
        switch gate.target {
        case .allRoutes: true
        case .ownRoutes: owner == plugin
        case .routes(let trait): traits.contains(trait)
        }
    }
}

/// Puts gates in the one order that their phases, relations and names give, whatever order they were registered in.
enum GateOrder {
    /// The order, or what is wrong with it: two gates that say nothing of each other, or relations that contradict one another.
    static func sorted(_ gates: [OwnedGate]) throws(PlanRefusals) -> [OwnedGate] {
        var result: [OwnedGate] = []
        var refusals: [PlanRefusal] = []
        for phase in Gate.Phase.allCases {
            let inPhase = gates.filter { $0.gate.phase == phase }.sorted {
                ($0.plugin, $0.gate.name) < ($1.plugin, $1.gate.name)
            }
            guard let ordered = topological(inPhase) else {
                refusals.append(
                    PlanRefusal(
                        "the gates \(inPhase.map(\.id).joined(separator: ", ")) of phase '\(phase)' say that each comes before the other",
                        remedy: "Take back one of their relations `before` and `after`."))
                continue
            }
            result += ordered
        }
        guard refusals.isEmpty else { throw PlanRefusals(refusals: refusals) }
        return result
    }

    /// The pairs of one phase of a route's chain whose order nobody says.
    static func unrelatedPairs(in chain: [OwnedGate]) -> [(OwnedGate, OwnedGate)] {
        var pairs: [(OwnedGate, OwnedGate)] = []
        for (index, left) in chain.enumerated() {
            for right in chain[(index + 1)...] where right.gate.phase == left.gate.phase {
                if !isRelated(left, right, through: chain) { pairs.append((left, right)) }
            }
        }
        return pairs
    }

    private static func isRelated(_ left: OwnedGate, _ right: OwnedGate, through chain: [OwnedGate]) -> Bool {
        let areIndependent = [(left, right), (right, left)].contains { one, other in
            one.gate.relations.contains(.independentOfAll) || one.gate.relations.contains(.independent(of: other.id))
        }
        return areIndependent || reaches(left, right, through: chain)
    }

    private static func reaches(_ from: OwnedGate, _ to: OwnedGate, through chain: [OwnedGate]) -> Bool {
        var pending = [from]
        var seen: Set<String> = []
        while let gate = pending.popLast() {
            guard seen.insert(gate.id).inserted else { continue }
            if gate.id == to.id { return true }
            pending += chain.filter { precedes(gate, $0) }
        }
        return false
    }

    private static func precedes(_ first: OwnedGate, _ second: OwnedGate) -> Bool {
        first.gate.relations.contains(.before(second.id)) || second.gate.relations.contains(.after(first.id))
    }

    private static func topological(_ gates: [OwnedGate]) -> [OwnedGate]? {
        var rest = gates
        var ordered: [OwnedGate] = []
        while !rest.isEmpty {
            guard
                let index = rest.firstIndex(where: { gate in !rest.contains { $0.id != gate.id && precedes($0, gate) } }
                )
            else { return nil }
            ordered.append(rest.remove(at: index))
        }
        return ordered
    }
}
