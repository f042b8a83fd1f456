import Kernel
import Testing

@testable import App

@Suite("The table of routes")
struct RouteTableTests {
    @Test("is the committed one, so that a change of access shows in review")
    func committed() throws {
        let configuration = try Configuration.load(
            Composition.catalog.schema, file: Repository.path("Config/mana-sync.yaml"))
        let plan = try PlanBuilder(catalog: Composition.catalog, logger: .silent).plan(configuration)
        #expect(
            try TextTable.routes(of: plan) == Repository.text("Tests/EndToEnd/routes.txt"),
            """
            If the change is meant, renew the copy and have it reviewed:
              swift run mana-sync routes --config Config/mana-sync.yaml > Tests/EndToEnd/routes.txt
            """)
    }

    @Test("does not depend on the order in which plugins are registered")
    func shuffled() throws {
        let yaml = try Repository.text("Config/mana-sync.yaml")
        let table = TextTable.routes(of: try Composition.plan(yaml))
        let order = try Composition.plan(yaml).plugins.map(\.manifest.id)
        let seed = UInt64.random(in: 0 ... .max)
        var generator = SeededGenerator(state: seed)
        for _ in 0..<200 {
            let plan = try Composition.plan(yaml, plugins: Composition.plugins.shuffled(using: &generator))
            #expect(TextTable.routes(of: plan) == table, "seed \(seed)")
            #expect(plan.plugins.map(\.manifest.id) == order, "seed \(seed)")
        }
    }
}

/// A generator that can be run again from its printed seed (splitmix64).
private struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
