import Testing

@testable import Kernel

@Suite("The order of gates")
struct GateOrderTests {
    @Test("is by phase, then by plugin and name, unless relations say otherwise")
    func order() throws {
        let gates = [
            owned("b", .plain("x", .observe, .allRoutes)),
            owned("a", .plain("z", .transform, .allRoutes)),
            owned("a", .plain("y", .observe, .allRoutes, [.after("c.w")])),
            owned("c", .plain("w", .observe, .allRoutes)),
            owned("a", .plain("q", .limit, .allRoutes, [.before("nobody.there"), .after("a.q")])),
        ]
        #expect(try GateOrder(gates).sorted().map(\.id) == ["b.x", "c.w", "a.y", "a.q", "a.z"])
    }

    @Test("is undecided between gates that no relation on the route connects")
    func unrelated() {
        let first = owned("a", .plain("x", .limit, .allRoutes, [.before("b.y")]))
        let second = owned("b", .plain("y", .limit, .allRoutes, [.before("c.z")]))
        let third = owned("c", .plain("z", .limit, .allRoutes))
        let free = owned("d", .plain("free", .limit, .allRoutes, [.independentOfAll]))
        let friend = owned("e", .plain("friend", .limit, .allRoutes, [.independent(of: "c.z")]))
        let later = owned("f", .plain("later", .gate, .allRoutes))
        func pairs(_ chain: [OwnedGate]) -> [String] {
            GateOrder.unrelatedPairs(in: chain).map { "\($0.id) \($1.id)" }
        }
        #expect(pairs([first, second, third, free, later]) == [])
        #expect(pairs([first, third]) == ["a.x c.z"])
        #expect(pairs([third, friend]) == [])
        #expect(pairs([second, friend]) == ["b.y e.friend"])
    }

    private func owned(_ plugin: String, _ gate: Gate) -> OwnedGate {
        OwnedGate(plugin: plugin, gate: gate)
    }
}

@Suite("The order of dependencies")
struct DependencyOrderTests {
    @Test(
        "puts everything after what it follows, and names the members of a circle only",
        arguments: [
            (0, [:], .sorted([])),
            (3, [:], .sorted([0, 1, 2])),
            (3, [0: [2]], .sorted([1, 2, 0])),
            (4, [0: [1], 1: [2], 2: [3]], .sorted([3, 2, 1, 0])),
            (2, [0: [0]], .sorted([0, 1])),
            (2, [0: [1], 1: [0]], .circle([0, 1])),
            (4, [0: [1], 1: [3], 3: [1], 2: []], .circle([1, 3])),
            (4, [0: [3], 3: [2], 2: [1], 1: [3]], .circle([1, 3, 2])),
        ] as [(Int, [Int: [Int]], DependencyOrder)])
    func order(_ count: Int, _ edges: [Int: [Int]], _ expected: DependencyOrder) {
        #expect(DependencyOrder(count: count) { edges[$0, default: []].contains($1) } == expected)
    }

    @Test("holds for any graph without circles", arguments: 0..<50)
    func random(_ seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let count = Int.random(in: 1...12, using: &generator)
        let ranks = (0..<count).shuffled(using: &generator)
        var edges: Set<[Int]> = []
        for (index, other) in (0..<count).flatMap({ index in (0..<count).map { (index, $0) } })
        where ranks[index] > ranks[other] && Bool.random(using: &generator) {
            edges.insert([index, other])
        }
        guard case .sorted(let order) = DependencyOrder(count: count, follows: { edges.contains([$0, $1]) }) else {
            Issue.record("a circle where there is none, seed \(seed)")
            return
        }
        #expect(order.sorted() == Array(0..<count))
        for edge in edges {
            let places = edge.compactMap { order.firstIndex(of: $0) }
            #expect(places.count == 2 && places[0] > places[1], "seed \(seed)")
        }
    }
}
