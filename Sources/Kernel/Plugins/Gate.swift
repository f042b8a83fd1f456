public import HummingbirdCore

/// Passes requests on, answers them itself, or looks at what comes back: the kernel's middleware.
///
/// A gate says in which phase it works and which routes it stands before; the kernel alone decides about positions (spec:
/// kernel.md, "Order is visible, and independent of registration").
///
/// While its plugin is degraded, a gate of the `observe` phase is passed by; any other gate answers 503, since what it makes sure of
/// is not sure then.
public struct Gate: Sendable {
    /// The stages of a request, outermost first.
    public enum Phase: Int, CaseIterable, Comparable, Sendable {
        /// Sees every request and every answer, also 404 and 405: logs, metrics, headers.
        case observe
        /// Bounds what comes in, also for 404 and 405.
        case limit
        /// Finds out who asks.
        case authenticate
        /// Decides whether they may.
        case authorize
        /// Asks whether they may now: quotas, subscriptions.
        case gate
        /// Changes bodies.
        case transform

        public static func < (left: Phase, right: Phase) -> Bool { left.rawValue < right.rawValue }

        /// Whether gates of this phase also run for requests that no route takes.
        var runsWithoutRoute: Bool { self <= .limit }
    }

    /// The routes that a gate stands before.
    public enum Target: Hashable, Sendable {
        /// All of them.
        case allRoutes
        /// Those of the plugin that declares the gate.
        case ownRoutes
        /// Those that demand the trait; the gate fulfils it. The manifest of its plugin names the trait.
        case routes(demanding: RouteTrait)
    }

    /// How a gate stands to another one of its phase. Gates are named `plugin.gate`; one that is not there is no error, since its
    /// plugin may be off. Two gates that meet on a route and have no relation, not even by way of a third on that route, refuse the
    /// plan.
    public enum Relation: Hashable, Sendable {
        /// This gate is passed before the other one.
        case before(String)
        /// This gate is passed after the other one.
        case after(String)
        /// Both orders are right.
        case independent(of: String)
        /// It does not matter where this gate stands in its phase.
        case independentOfAll
    }

    /// Handles one request; `next` is the rest of the chain.
    public typealias Body = @Sendable (Request, RequestContext, _ next: RouteHandler) async throws -> Response

    /// The gate's name within its plugin.
    public let name: String
    /// Its phase.
    public let phase: Phase
    /// The routes that it stands before.
    public let target: Target
    /// How it stands to others of its phase.
    public let relations: [Relation]
    /// Handles a request.
    public let body: Body

    /// A gate of its parts.
    public init(
        _ name: String, phase: Phase, target: Target, relations: [Relation] = [], body: @escaping Body
    ) {
        self.name = name
        self.phase = phase
        self.target = target
        self.relations = relations
        self.body = body
    }
}
