import Foundation
import Kernel

@testable import App

/// The files that are committed beside the code.
enum Repository {
    static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    static func path(_ path: String) -> String { root.appending(path: path).path }

    static func text(_ path: String) throws -> String {
        try String(contentsOf: root.appending(path: path), encoding: .utf8)
    }
}

extension Composition {
    /// The plugins that the catalogue adds to the kernel's own, in its order.
    static var plugins: [any Plugin.Type] {
        let builtIn = PluginCatalog([]).plugins.map { $0.manifest.id }
        return catalog.plugins.filter { !builtIn.contains($0.manifest.id) }
    }

    /// The plan of a configuration file's text.
    static func plan(
        _ yaml: String, plugins: [any Plugin.Type] = plugins
    ) throws -> Plan {
        let catalog = PluginCatalog(plugins)
        return try PlanBuilder(catalog: catalog, logger: .silent)
            .plan(Configuration.load(catalog.schema, file: nil, text: yaml))
    }
}
