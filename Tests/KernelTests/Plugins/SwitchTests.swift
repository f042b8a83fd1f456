import HTTPTypes
import Kernel
import KernelTesting
import Testing

private enum Ink: PluginScript {
    static let id = "ink"
    static var provides: [AnyServiceKey] { [AnyServiceKey(ServiceKey.digits)] }
    static func declare(into registry: inout PluginRegistry) { registry.provide(.digits, "ink") }
}

/// Needs ink, and provides letters.
private enum Press: PluginScript {
    static let id = "press"
    static var needs: [ServiceNeed] { [.required(ServiceKey.digits)] }
    static var provides: [AnyServiceKey] { [AnyServiceKey(ServiceKey.letters)] }
    static func declare(into registry: inout PluginRegistry) { registry.provide(.letters, "press") }
}

/// Needs letters; takes ink where there is some; its route costs.
private enum Paper: PluginScript {
    static let id = "paper"
    static var needs: [ServiceNeed] { [.required(ServiceKey.letters), .optional(ServiceKey.digits)] }
    static var traits: [RouteTrait] { [.metered] }
    static func declare(into registry: inout PluginRegistry) {
        registry.route(.plain("/paper", access: .requires([.metered])))
    }
}

private enum Till: PluginScript {
    static let id = "till"
    static var traits: [RouteTrait] { [.metered] }
    static func declare(into registry: inout PluginRegistry) {
        registry.gate(.plain("pay", .gate, .routes(demanding: .metered)))
    }
}

@Suite("Every combination of switches")
struct SwitchTests {
    private static let plugins: [any Plugin.Type] = [
        Scripted<Ink>.self, Scripted<Press>.self, Scripted<Paper>.self, Scripted<Till>.self,
    ]

    @Test("gives a server that answers, or exactly the refusals that are due", arguments: 0..<16)
    func combination(_ bits: Int) async throws {
        let ids = Self.plugins.map { $0.manifest.id }
        let on = Set(ids.enumerated().filter { bits & 1 << $0.offset != 0 }.map(\.element))
        let off = Set(ids).subtracting(on)
        let expected = Self.refusals(on)
        #expect(try Planning.refusals(Self.plugins, off: off) == expected)
        guard expected.isEmpty else { return }
        let harness = try Planning.harness(Self.plugins, off: off)
        #expect(Set(harness.plan.disabled.map(\.id)) == off)
        try await harness.run { server in
            let (live, paper) = (try await server.send(.get, "/health/live"), try await server.send(.get, "/paper"))
            #expect(live.status == .ok)
            #expect(paper.status == (on.contains("paper") ? .ok : .notFound))
        }
    }

    private static func refusals(_ on: Set<String>) -> [String] {
        var refusals: [String] = []
        if on.contains("paper"), !on.contains("press") {
            refusals.append(
                "plugin 'paper' needs the service 'letters' of plugin 'press', which is off\n"
                    + "  Set plugins.press.enabled to true, or plugins.paper.enabled to false.")
        }
        if on.contains("press"), !on.contains("ink") {
            refusals.append(
                "plugin 'press' needs the service 'digits' of plugin 'ink', which is off\n"
                    + "  Set plugins.ink.enabled to true, or plugins.press.enabled to false.")
        }
        if refusals.isEmpty, on.contains("paper"), !on.contains("till") {
            refusals.append(
                "GET /paper of plugin 'paper' demands 'metered', which no enabled plugin fulfils\n"
                    + "  Switch on a plugin that fulfils it, or accept that it is open with kernel.unfulfilled: [metered]."
            )
        }
        return refusals
    }
}
