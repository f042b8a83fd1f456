import Kernel
import KernelTesting
import Testing

/// Plugins that make no server, and what is said of them.
struct RefusalCase: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let plugins: [any Plugin.Type]
    var off: Set<String> = []
    var more = ""
    let refusals: [String]
}

@Suite("A plan that cannot be")
struct RefusalTests {
    @Test(
        "is refused with exactly this text and remedy", arguments: accessCases + routeCases + gateCases + serviceCases)
    func refused(_ example: RefusalCase) throws {
        #expect(
            try Planning.refusals(example.plugins, off: example.off, more: example.more) == example.refusals)
    }

    @Test("is refused with all independent reasons at once")
    func severalReasons() throws {
        #expect(
            try Planning.refusals([Scripted<Throwing>.self, Scripted<Sneaking>.self, Scripted<NeedsThrowing>.self]) == [
                "plugin 'sneaking' requires the service 'letters', which its manifest does not name as required\n"
                    + "  Add it to the needs of the plugin's manifest.",
                "plugin 'throwing' cannot be made: no luck\n  See its section 'plugins.throwing'.",
            ])
    }

    @Test("is refused by the configuration where two plugins have one section")
    func duplicateSections() throws {
        #expect(throws: ConfigurationErrors.self) {
            try Planning.harness([Scripted<Letters>.self, Scripted<Letters>.self])
        }
    }

    @Test("accepts an open trait, and shows it")
    func openTrait() throws {
        let plan = try Planning.harness([Scripted<Metering>.self], more: "kernel: {unfulfilled: [metered]}").plan
        #expect(
            plan.table.last
                == "GET /metered metering [authenticated, OPEN:metered] http.access-log > http.cors > auth.bearer-token"
        )
        #expect(plan.openTraits.map(\.name) == ["metered"])
    }

    @Test("accepts a name of a trait that only a plugin that is off has")
    func traitOfDisabled() throws {
        #expect(
            try Planning.refusals(
                [Scripted<Metering>.self], off: ["metering"], more: "kernel: {unfulfilled: [metered]}")
                == [])
    }

    @Test("does not accept protected traits in the configuration", arguments: ["authenticated", "operator"])
    func protectedTraits(_ name: String) throws {
        #expect(throws: ConfigurationErrors.self) {
            try Planning.harness([Scripted<Metering>.self], more: "kernel: {unfulfilled: [\(name)]}")
        }
    }

    @Test("has one trait of a protected name, however it is written")
    func protectedTraitByName() {
        #expect(RouteTrait("authenticated") == .authenticated)
        #expect(!RouteTrait("operator").isWaivable)
    }
}
