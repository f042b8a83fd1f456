/// A feature of the server: routes, gates and services that a deployer switches on with `plugins.<id>.enabled` (spec: kernel.md).
///
/// A plugin's life: `init` and ``register(into:)`` declare, without I/O, so that a whole plan can be computed, checked and shown
/// without starting anything; ``start()`` brings the plugin up after those that it uses; ``drain(until:)`` ends what is under way;
/// ``stop()`` lets everything go, in the reverse order of starting.
public protocol Plugin: Sendable {
    /// The plugin's section of the configuration.
    associatedtype Config: ConfigSection = NoConfig

    /// What the plugin is called, needs and provides.
    static var manifest: PluginManifest { get }

    /// Where its section is: `plugins.<id>`, which can be switched on and off. Built-in plugins have a section of their own name,
    /// which is always on.
    static var section: String { get }

    /// Takes its configuration and the services that its manifest names. Does no I/O.
    ///
    /// - Throws: ``PlanRefusal`` where the configuration cannot work together with the rest.
    init(config: Config, dependencies: Dependencies) throws

    /// Declares routes, gates, services, health checks, background services and metrics. Does no I/O.
    func register(into registry: inout PluginRegistry)

    /// Returns when the plugin is ready to serve. Where it throws, ``stop()`` follows.
    func start() async throws

    /// Tells peers that the server goes away, and returns when they are served or `deadline` has passed.
    func drain(until deadline: ContinuousClock.Instant) async

    /// Releases what ``start()`` took. Also called where starting failed half-way.
    func stop() async
}

extension Plugin {
    /// `plugins.<id>`.
    public static var section: String { "plugins.\(manifest.id)" }

    /// Whether a deployer can switch it on and off.
    package static var isSwitchable: Bool { section.hasPrefix("plugins.") }

    /// Nothing to start.
    public func start() async throws {}

    /// Nothing to drain.
    public func drain(until deadline: ContinuousClock.Instant) async {}

    /// Nothing to stop.
    public func stop() async {}
}

/// The section of a plugin that has nothing to configure but its switch.
public struct NoConfig: ConfigSection {
    /// The defaults.
    public init() {}
}
