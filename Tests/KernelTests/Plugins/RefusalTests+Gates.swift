import Kernel

/// Two gates of the phase `limit` before everything, related by `Relations`.
private enum Left: PluginScript {
    static let id = "left"
    static func declare(into registry: inout PluginRegistry) { registry.gate(.plain("one", .limit, .allRoutes)) }
}

private enum Right: PluginScript {
    static let id = "right"
    static func declare(into registry: inout PluginRegistry) { registry.gate(.plain("two", .limit, .allRoutes)) }
}

private enum RightBeforeLeft: PluginScript {
    static let id = "right"
    static func declare(into registry: inout PluginRegistry) {
        registry.gate(.plain("two", .limit, .allRoutes, [.before("left.one")]))
        registry.gate(.plain("three", .limit, .allRoutes, [.before("right.two"), .after("left.one")]))
    }
}

private enum Bystander: PluginScript {
    static let id = "bystander"
    static func declare(into registry: inout PluginRegistry) {
        registry.gate(.plain("after", .limit, .allRoutes, [.after("left.one")]))
    }
}

private enum AgainstPhases: PluginScript {
    static let id = "againstPhases"
    static func declare(into registry: inout PluginRegistry) {
        registry.gate(.plain("late", .transform, .ownRoutes, [.before("left.one")]))
        registry.gate(.plain("early", .observe, .ownRoutes, [.after("left.one")]))
    }
}

/// Two gates that meet on one of its routes only.
private enum Meeting: PluginScript {
    static let id = "meeting"
    static var traits: [RouteTrait] { [.metered] }
    static func declare(into registry: inout PluginRegistry) {
        registry.gate(.plain("own", .gate, .ownRoutes))
        registry.gate(.plain("toll", .gate, .routes(demanding: .metered)))
        registry.route(.plain("/free"))
        registry.route(.plain("/toll", access: .requires([.metered])))
    }
}

private enum TwoGates: PluginScript {
    static let id = "twoGates"
    static func declare(into registry: inout PluginRegistry) {
        registry.gate(.plain("same", .limit, .allRoutes))
        registry.gate(.plain("same", .transform, .ownRoutes))
    }
}

extension RefusalTests {
    static let gateCases = [
        RefusalCase(
            testDescription: "two gates of a phase without a relation",
            plugins: [Scripted<Right>.self, Scripted<Left>.self],
            refusals: [
                "the gates 'left.one' and 'right.two' of phase 'limit' do not say how they relate\n"
                    + "  Give one of them a relation: before, after or independent."
            ]),
        RefusalCase(
            testDescription: "two gates that meet on one route without a relation", plugins: [Scripted<Meeting>.self],
            refusals: [
                "the gates 'meeting.own' and 'meeting.toll' of phase 'gate' do not say how they relate\n"
                    + "  Give one of them a relation: before, after or independent."
            ]),
        RefusalCase(
            testDescription: "relations that contradict one another, without those who only hang on them",
            plugins: [Scripted<Left>.self, Scripted<RightBeforeLeft>.self, Scripted<Bystander>.self],
            refusals: [
                "the gates left.one, right.two, right.three of phase 'limit' say that each comes before the other\n"
                    + "  Take back one of their relations `before` and `after`."
            ]),
        RefusalCase(
            testDescription: "relations against the phases",
            plugins: [Scripted<Left>.self, Scripted<AgainstPhases>.self],
            refusals: [
                "the gate 'left.one' of phase 'limit' is to come before 'againstPhases.early' of the earlier phase 'observe'\n"
                    + "  Take the relation back, or change the phase of one of them.",
                "the gate 'againstPhases.late' of phase 'transform' is to come before 'left.one' of the earlier phase 'limit'\n"
                    + "  Take the relation back, or change the phase of one of them.",
            ]),
        RefusalCase(
            testDescription: "two gates of one name", plugins: [Scripted<TwoGates>.self],
            refusals: ["there are two gates 'twoGates.same'\n  Rename one of them."]),
    ]
}
