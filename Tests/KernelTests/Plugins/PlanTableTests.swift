import HTTPTypes
import Kernel
import KernelTesting
import Synchronization
import Testing

private enum Tollkeeper: PluginScript {
    static let id = "tollkeeper"
    static var traits: [RouteTrait] { [.metered] }
    static func declare(into registry: inout PluginRegistry) {
        registry.gate(.plain("toll", .gate, .routes(demanding: .metered)))
        registry.gate(.plain("count", .observe, .allRoutes, [.independentOfAll]))
    }
}

private enum Squeezing: PluginScript {
    static let id = "squeezing"
    static var needs: [ServiceNeed] { [.optional(ServiceKey.letters)] }
    static func declare(into registry: inout PluginRegistry) {
        registry.gate(.plain("second", .transform, .allRoutes))
        registry.gate(.plain("first", .transform, .allRoutes, [.before("squeezing.second")]))
        registry.gate(.plain("own", .limit, .ownRoutes))
        registry.route(.plain("/squeezed/{what}", .put))
        registry.route(.plain("/squeezed/{what}"))
    }
}

@Suite("The plan")
struct PlanTableTests {
    private static let plugins: [any Plugin.Type] = [
        Scripted<Metering>.self, Scripted<Tollkeeper>.self, Scripted<Squeezing>.self, Scripted<Letters>.self,
        Scripted<Reader>.self, Scripted<Notes>.self,
    ]

    private static let table =
        [
            "GET /health http [open (says how the server is, nothing of users)]",
            "GET /health/live http [open (for probes)]",
            "GET /health/ready http [open (for probes)]",
        ].map { $0 + " http.access-log > http.cors > tollkeeper.count > squeezing.first > squeezing.second" } + [
            "GET /metered metering [authenticated, metered] http.access-log > http.cors > tollkeeper.count"
                + " > auth.bearer-token > tollkeeper.toll > squeezing.first > squeezing.second",
            "POST /notes notes [open (a test)] http.access-log > http.cors > tollkeeper.count > squeezing.first > squeezing.second",
            "GET /notes/{id} notes [open (a test)] http.access-log > http.cors > tollkeeper.count > squeezing.first > squeezing.second",
            "GET /squeezed/{what} squeezing [open (a test)] http.access-log > http.cors > tollkeeper.count"
                + " > squeezing.own > squeezing.first > squeezing.second",
            "PUT /squeezed/{what} squeezing [open (a test)] http.access-log > http.cors > tollkeeper.count"
                + " > squeezing.own > squeezing.first > squeezing.second",
        ]

    @Test("is one table of routes, chains and plugins in whatever order plugins are registered")
    func shuffled() throws {
        let seed = UInt64.random(in: 0...(.max))
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<200 {
            let plan = try Planning.harness(Self.plugins.shuffled(using: &generator)).plan
            #expect(plan.table == Self.table, "seed \(seed)")
            #expect(
                plan.plugins.map(\.manifest.id) == [
                    "auth", "http", "letters", "metering", "notes", "reader", "squeezing", "tollkeeper",
                ], "seed \(seed)")
        }
    }

    @Test("is pure: planning twice makes the plugins twice, and starts nothing")
    func pure() async throws {
        let entries = try await Journal.of {
            for _ in 0..<2 { _ = try Planning.harness([Scripted<Letters>.self, Scripted<Reader>.self]) }
        }
        #expect(entries == ["make letters", "make reader", "make letters", "make reader"])
    }

    @Test("never makes a plugin that is off, and lists it")
    func disabled() async throws {
        let entries = try await Journal.of {
            let plan = try Planning.harness(
                [Scripted<Letters>.self, Scripted<Throwing>.self], off: ["throwing"]
            ).plan
            #expect(plan.disabled.map(\.id) == ["throwing"])
        }
        #expect(entries == ["make letters"])
    }

    @Test("hands services from providers to those who need them")
    func services() throws {
        #expect(try Planning.harness([Scripted<Letters>.self]).plan.service(.letters) == "abc")
        #expect(try Planning.harness([Scripted<Notes>.self]).plan.service(.letters) == nil)
    }
}
