import Domain
import HTTPTypes
public import Kernel

/// The sync protocol: push and pull (spec: protocol.md).
public struct SyncPlugin: Plugin {
    public static let manifest = PluginManifest(
        id: "sync", summary: "push and pull of changes", needs: [.required(.changeLog)],
        traits: [.metered])

    private let push: PushRoute
    private let pull: PullRoute

    public init(config: SyncConfig, dependencies: Dependencies) throws {
        let log = try dependencies.require(.changeLog)
        let metrics = SyncMetrics(factory: dependencies.metrics)
        let answers = SyncAnswerWriter(timestampKey: config.fieldTimestampKey)
        push = PushRoute(config: config, log: log, time: dependencies.time, metrics: metrics, answers: answers)
        pull = PullRoute(config: config, log: log, metrics: metrics, answers: answers)
    }

    public func register(into registry: inout PluginRegistry) {
        registry.route(
            Route(
                .post, "/sync/{appId}", access: .requires([.authenticated, .metered]),
                summary: "push changes, and get what others wrote"
            ) { [push] request, context in try await push.respond(to: request, context) })
        registry.route(
            Route(
                .get, "/sync/{appId}/pull", access: .requires([.authenticated, .metered]),
                summary: "what others wrote into one table"
            ) { [pull] request, context in try await pull.respond(to: request, context) })
        for description in SyncMetrics.descriptions { registry.metric(description) }
    }
}
