import Domain
import Foundation
import HTTPTypes
public import Kernel
import Logging

/// A user's data, taken along, brought back and taken away; and the operator's backups of all of it (spec: backup.md).
public struct BackupPlugin: Plugin {
    public static let manifest = PluginManifest(
        id: "backup", summary: "a user's export, import and erasure; the operator's backups",
        needs: [
            .required(.userLog), .required(.pluginStorage), .required(.wholeLog), .required(.databaseCopies),
            .required(.tokenVerifier), .optional(.spaceDirectory),
        ], provides: [AnyServiceKey(ServiceKey.operatorBackups)])

    private let users: UserRoutes
    private let access: OperatorAccess
    private let backups: OperatorBackups
    private let snapshots: Snapshots
    private let worker: BackupWorker
    private let upkeep: Upkeep
    private let scheduler: BackupScheduler?

    public init(config: BackupConfig, dependencies: Dependencies) throws {
        let log = try dependencies.require(.userLog)
        let tables = try dependencies.require(.pluginStorage).tables(BackupSchema.schema)
        let time = dependencies.time
        backups = OperatorBackups(
            config: config, store: try config.makeStore(time: time), log: try dependencies.require(.wholeLog),
            users: log, copies: try dependencies.require(.databaseCopies), tables: tables,
            instance: Self.instance(dependencies.server), dependencies: dependencies)
        access = try OperatorAccess(
            config: config, host: dependencies.server.host, verifier: try dependencies.require(.tokenVerifier),
            time: time)
        snapshots = Snapshots(
            source: backups.source, directory: config.stagingDirectory, time: time, metrics: backups.metrics)
        upkeep = Upkeep(backups: backups, snapshots: snapshots, time: time, logger: dependencies.logger)
        let worker = BackupWorker(runner: backups.runner, logger: dependencies.logger) { [upkeep] in
            await upkeep.sweep()
        }
        self.worker = worker
        scheduler = try config.schedule.map { text in
            BackupScheduler(
                schedule: BackupSchedule(
                    try CronExpression(text), in: TimeZone(identifier: config.timeZone) ?? .gmt),
                jitter: config.jitter, tables: tables, worker: worker, time: time, logger: dependencies.logger)
        }
        users = UserRoutes(
            export: ExportRoute(log: log, time: time, metrics: ExportMetrics(factory: dependencies.metrics)),
            archive: ImportRoute(
                config: config, log: log, judge: try dependencies.optional(.spaceDirectory)?.judge, time: time),
            erasure: ErasureRoute(log: log, audit: backups.audit, artifacts: backups.ledgers))
    }

    public func register(into registry: inout PluginRegistry) {
        registry.provide(.operatorBackups, backups)
        registry.gate(
            Gate(
                "operator", phase: .authenticate, target: .routes(demanding: .operator), relations: [.independentOfAll]
            ) { [access] request, context, next in
                var context = context
                context.principal = try await access.admit(request, context)
                return try await next(request, context)
            })
        let routes = OperatorRoutes(backups: backups, snapshots: snapshots, worker: worker)
        for route in users.all + routes.all { registry.route(route) }
        for description in ExportMetrics.descriptions + BackupMetrics.descriptions { registry.metric(description) }
        registry.background("runs", worker)
        registry.background("upkeep", upkeep)
        if let scheduler { registry.background("schedule", scheduler) }
    }

    public func start() async throws {
        try access.load()
        await snapshots.removeAll()
        await snapshots.removeExpired()
        try await backups.open(isServer: true)
    }

    public func stop() async {
        await snapshots.removeAll()
        await backups.close()
    }

    /// What the process is called in the catalog: no two that run have the same host and port.
    private static func instance(_ server: ServerConfig) -> String {
        "\(ProcessInfo.processInfo.hostName):\(server.port)"
    }
}
