/// What a plugin says about itself before it is made: enough to decide whether, and in which order, plugins can be made.
public struct PluginManifest: Sendable {
    /// The plugin's name in the configuration, in tables and messages: `sync`.
    public let id: String
    /// One line for `plugins list`.
    public let summary: String
    /// The services that it uses.
    public let needs: [ServiceNeed]
    /// The services that it provides: each must be provided in ``Plugin/register(into:)``.
    public let provides: [AnyServiceKey]

    /// A manifest of its parts.
    public init(id: String, summary: String, needs: [ServiceNeed] = [], provides: [AnyServiceKey] = []) {
        self.id = id
        self.summary = summary
        self.needs = needs
        self.provides = provides
    }
}

/// A service that a plugin uses.
public struct ServiceNeed: Hashable, Sendable {
    /// Which service.
    public let key: AnyServiceKey
    /// Whether the plugin does without it.
    public let isOptional: Bool

    /// The plugin cannot be made without `key`.
    public static func required<Value>(_ key: ServiceKey<Value>) -> ServiceNeed {
        ServiceNeed(key: AnyServiceKey(key), isOptional: false)
    }

    /// The plugin uses `key` where some plugin provides it.
    public static func optional<Value>(_ key: ServiceKey<Value>) -> ServiceNeed {
        ServiceNeed(key: AnyServiceKey(key), isOptional: true)
    }
}
