import Domain
import HTTPTypes
public import Kernel

/// A user's data, taken along brought back and taken away: export, import and erasure (spec: backup.md).
public struct BackupPlugin: Plugin {
    public static let manifest = PluginManifest(
        id: "backup", summary: "a user's data: export, import and erasure",
        needs: [
            .required(.userLog), .required(.pluginStorage), .optional(.spaceDirectory),
        ])

    private let export: ExportRoute
    private let archive: ImportRoute
    private let erasure: ErasureRoute
    private let audit: AuditLog

    public init(config: BackupConfig, dependencies: Dependencies) throws {
        let log = try dependencies.require(.userLog)
        export = ExportRoute(
            log: log, time: dependencies.time, metrics: ExportMetrics(factory: dependencies.metrics))
        archive = ImportRoute(
            config: config, log: log, judge: try dependencies.optional(.spaceDirectory)?.judge, time: dependencies.time)
        let tables = try dependencies.require(.pluginStorage).tables(BackupSchema.schema)
        audit = AuditLog(tables: tables, time: dependencies.time)
        erasure = ErasureRoute(log: log, audit: audit, artifacts: nil)
    }

    public func register(into registry: inout PluginRegistry) {
        // Never metered: data portability is always available (GDPR, Article 20).
        registry.route(
            Route(
                .get, "/backup/export", access: .requires([.authenticated]),
                summary: "all data of the user, as a .mana archive or as JSON Lines"
            ) { [export] request, context in try await export.respond(to: request, context) })
        registry.route(
            Route(
                .post, "/backup/import", access: .requires([.authenticated]),
                summary: "take a .mana archive of the user back in", bodyLimit: archive.config.maxImport.bytes
            ) { [archive] request, context in try await archive.respond(to: request, context) })
        registry.route(
            Route(
                .delete, "/backup/account", access: .requires([.authenticated]),
                summary: "erase all data of the user"
            ) { [erasure] request, context in try await erasure.respond(to: request, context) })
        for description in ExportMetrics.descriptions { registry.metric(description) }
    }
}
