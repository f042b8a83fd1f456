/// The plugins that are compiled in: what a configuration may switch on.
public struct PluginCatalog: Sendable {
    /// The plugins' types; their order means nothing.
    public let plugins: [any Plugin.Type]

    /// The kernel's own plugins and the given ones.
    public init(_ plugins: [any Plugin.Type]) {
        self.plugins = PluginCatalog.builtIn + plugins
    }

    /// The sections that a configuration may have: the kernel's and one for each plugin.
    public var schema: ConfigSchema {
        var schema = ConfigSchema()
        schema.add(ServerConfig.self, at: "server")
        schema.add(LogConfig.self, at: "log")
        schema.add(KernelConfig.self, at: "kernel")
        for plugin in plugins where !PluginCatalog.kernelSections.contains(plugin.section) {
            plugin.addSection(to: &schema)
        }
        return schema
    }

    private static let builtIn: [any Plugin.Type] = [FrontPlugin.self, AuthenticationPlugin.self]
    private static let kernelSections: Set<String> = ["server", "log", "kernel"]
}

extension Plugin {
    static func addSection(to schema: inout ConfigSchema) {
        schema.add(Config.self, at: section, switchable: isSwitchable)
    }

    static func make(_ configuration: Configuration, _ dependencies: Dependencies) throws -> Self {
        try Self(config: configuration.section(Config.self, at: section), dependencies: dependencies)
    }
}
