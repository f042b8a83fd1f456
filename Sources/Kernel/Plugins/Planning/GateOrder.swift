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

    /// Whether it stands before requests that no route takes.
    var coversUnrouted: Bool { gate.target == .allRoutes && gate.phase.runsWithoutRoute }

    /// Whether one of both says that this gate comes before `other`.
    func precedes(_ other: OwnedGate) -> Bool {
        gate.relations.contains(.before(other.id)) || other.gate.relations.contains(.after(id))
    }

    /// Whether one of both says that their order does not matter.
    func isIndependent(of other: OwnedGate) -> Bool {
        [(self, other), (other, self)].contains { one, other in
            one.gate.relations.contains(.independentOfAll) || one.gate.relations.contains(.independent(of: other.id))
        }
    }
}

/// Puts gates in the one order that their phases, relations and names give, whatever order they were registered in.
///
/// Relations order gates within a phase; one to a gate that is not there says nothing, so that a gate can name those of plugins that
/// may be off.
struct GateOrder {
    private let gates: [OwnedGate]

    /// The gates, each id once.
    init(_ gates: [OwnedGate]) {
        self.gates = gates.sorted {
            ($0.gate.phase.rawValue, $0.plugin, $0.gate.name) < ($1.gate.phase.rawValue, $1.plugin, $1.gate.name)
        }
    }

    /// The order, or what is wrong with it: relations that contradict one another or the phases.
    func sorted() throws(PlanRefusals) -> [OwnedGate] {
        var result: [OwnedGate] = []
        var refusals = againstPhases()
        for phase in Gate.Phase.allCases {
            let inPhase = gates.filter { $0.gate.phase == phase }
            switch DependencyOrder(count: inPhase.count, follows: { inPhase[$1].precedes(inPhase[$0]) }) {
            case .sorted(let order): result += order.map { inPhase[$0] }
            case .circle(let circle):
                let ids = circle.map { inPhase[$0].id }.joined(separator: ", ")
                refusals.append(
                    PlanRefusal(
                        "the gates \(ids) of phase '\(phase)' say that each comes before the other",
                        remedy: "Take back one of their relations `before` and `after`."))
            }
        }
        guard refusals.isEmpty else { throw PlanRefusals(refusals: refusals) }
        return result
    }

    /// The pairs of one phase of a route's chain whose order nobody says.
    static func unrelatedPairs(in chain: [OwnedGate]) -> [(OwnedGate, OwnedGate)] {
        chain.enumerated().flatMap { index, left in
            chain[(index + 1)...].filter { right in
                right.gate.phase == left.gate.phase && !left.isIndependent(of: right)
                    && !reaches(left, right, through: chain)
            }.map { (left, $0) }
        }
    }

    private func againstPhases() -> [PlanRefusal] {
        gates.flatMap { first in
            gates.filter { first.precedes($0) && $0.gate.phase < first.gate.phase }.map { second in
                PlanRefusal(
                    "the gate '\(first.id)' of phase '\(first.gate.phase)' is to come before '\(second.id)' of the earlier phase '\(second.gate.phase)'",
                    remedy: "Take the relation back, or change the phase of one of them.")
            }
        }
    }

    private static func reaches(_ from: OwnedGate, _ to: OwnedGate, through chain: [OwnedGate]) -> Bool {
        var pending = [from]
        var seen: Set<String> = []
        while let gate = pending.popLast() {
            guard seen.insert(gate.id).inserted else { continue }
            if gate.id == to.id { return true }
            pending += chain.filter { gate.precedes($0) }
        }
        return false
    }
}
