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
    /// The traits that its routes demand and its gates fulfil, besides `authenticated` and `operator`: what `kernel.unfulfilled`
    /// may name, also while the plugin is off.
    public let traits: [RouteTrait]

    /// A manifest of its parts. The id is letters, digits and hyphens and begins with a letter.
    public init(
        id: String, summary: String, needs: [ServiceNeed] = [], provides: [AnyServiceKey] = [],
        traits: [RouteTrait] = []
    ) {
        self.id = id
        self.summary = summary
        self.needs = needs
        self.provides = provides
        self.traits = traits
    }
}

extension PluginManifest {
    /// Whether `id` is letters, digits and hyphens of ASCII, a letter first: a key of the configuration and, before a dot, part of
    /// the names of gates.
    static func isValid(id: String) -> Bool {
        let isLetter = { (byte: UInt8) in (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20) }
        return id.utf8.first.map(isLetter) == true
            && id.utf8.allSatisfy {
                isLetter($0) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) || $0 == UInt8(ascii: "-")
            }
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
