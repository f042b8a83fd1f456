import HTTPTypes
import Kernel
import KernelTesting
import Testing

/// Plans of plugins that are on.
enum Planning {
    /// The configuration that switches all of `plugins` on, with `more` below it.
    static func yaml(_ plugins: [any Plugin.Type], off: Set<String> = [], more: String = "") -> String {
        let switches = plugins.map { "  \($0.manifest.id): {enabled: \(!off.contains($0.manifest.id))}\n" }
        return "plugins:\n" + switches.joined() + more
    }

    /// A server of `plugins`, all of them on but those of `off`.
    static func harness(
        _ plugins: [any Plugin.Type], off: Set<String> = [], more: String = ""
    ) throws -> PluginHarness {
        try PluginHarness(plugins: plugins, yaml: yaml(plugins, off: off, more: more))
    }

    /// Why there is no plan; empty if there is one.
    static func refusals(_ plugins: [any Plugin.Type], off: Set<String> = [], more: String = "") throws -> [String] {
        do {
            _ = try harness(plugins, off: off, more: more)
            return []
        } catch let refusals as PlanRefusals {
            return refusals.refusals.map(\.description)
        }
    }
}

extension Plan {
    /// Every route on a line: title, plugin, access, chain.
    var table: [String] {
        routes.map {
            "\($0.route.method) \($0.route.path) \($0.plugin) [\($0.access)] \($0.chain.joined(separator: " > "))"
        }
    }
}

extension PluginHarness {
    /// Sends a request and expects `status`.
    func expect(
        _ method: HTTPRequest.Method, _ path: String, _ status: HTTPResponse.Status,
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        let answer = try await send(method, path)
        #expect(answer.status == status, sourceLocation: sourceLocation)
    }
}
