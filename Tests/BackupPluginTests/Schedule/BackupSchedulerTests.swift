import ArtifactStore
import Domain
import Foundation
import Kernel
import KernelTesting
import Logging
import Testing

@testable import BackupPlugin

@Suite("The keeper of the schedule", .timeLimit(.minutes(2)))
struct BackupSchedulerTests {
    /// An instance with a worker of its own, over the server's database.
    private struct Instance {
        let scheduler: BackupScheduler
        let worker: BackupWorker
        /// Rings when a run has ended.
        let bell: Bell

        init(_ server: BackupServer, name: String, cron: String = "0 3 * * *", bell: Bell = Bell()) throws {
            self.bell = bell
            let backups = try server.backups
            let good = backups.runner
            let catalog = Catalog(tables: backups.catalog.tables, time: backups.time, instance: name)
            let runner = BackupRunner(
                catalog: catalog, audit: good.audit, store: good.store, source: good.source, time: good.time,
                metrics: good.metrics, logger: good.logger)
            worker = BackupWorker(runner: runner, logger: good.logger) { bell.ring() }
            scheduler = BackupScheduler(
                schedule: BackupSchedule(try CronExpression(cron), in: .gmt), jitter: .zero,
                tables: backups.catalog.tables, worker: worker, time: backups.time, logger: good.logger)
        }

        /// Ticks while the worker runs, until nothing is due any more.
        func settle() async throws {
            while try await scheduler.tick() < .seconds(1), !Task.isCancelled {}
        }
    }

    private func with(
        _ instances: [Instance], _ body: () async throws -> Void
    ) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for instance in instances { group.addTask { try await instance.worker.run() } }
            for instance in instances {
                await until { instance.worker.takesRuns }
            }
            try await body()
            group.cancelAll()
        }
    }

    @Test("starts a run at its time, as the system, and remembers the next time over a restart")
    func due() async throws {
        try await BackupServer.run { server in
            let instance = try Instance(server, name: "a")
            try await with([instance]) {
                try await instance.settle()
                #expect(try await server.backups.catalog.latest(limit: 10).isEmpty)
                server.harness.time.advance(by: .seconds(3 * 3600))
                try await instance.settle()
                await instance.bell.wait(for: 1)
                try await instance.settle()
                let restarted = try Instance(server, name: "a")
                try await restarted.settle()
                let runs = try await server.backups.catalog.latest(limit: 10)
                #expect(runs.map(\.kind) == [.scheduled])
                #expect(runs[0].requester.id == "system@mana-sync")
            }
        }
    }

    @Test("after days of downtime makes up for one run")
    func catchUp() async throws {
        try await BackupServer.run { server in
            let instance = try Instance(server, name: "a")
            try await instance.settle()
            server.harness.time.advance(by: .seconds(5 * 86_400))
            let restarted = try Instance(server, name: "a")
            try await with([restarted]) {
                try await restarted.settle()
                await restarted.bell.wait(for: 1)
                try await restarted.settle()
                #expect(try await server.backups.catalog.latest(limit: 10).count == 1)
            }
        }
    }

    @Test("of two instances that are due at once, one starts the run")
    func twoInstances() async throws {
        try await Self.twoInstances(on: .sqlite)
    }

    static func twoInstances(on engine: TestEngine) async throws {
        try await engine.run { server in
            let suite = BackupSchedulerTests()
            let bell = Bell()
            let instances = try ["a", "b", "c"].map { try Instance(server, name: $0, bell: bell) }
            try await suite.with(instances) {
                for day in 1...3 {
                    for instance in instances { try await instance.settle() }
                    server.harness.time.advance(by: .seconds(86_400))
                    try await withThrowingTaskGroup(of: Void.self) { group in
                        for instance in instances { group.addTask { try await instance.settle() } }
                        try await group.waitForAll()
                    }
                    await bell.wait(for: day)
                    for instance in instances { try await instance.settle() }
                    #expect(try await server.backups.catalog.latest(limit: 10).count == day)
                }
            }
        }
    }

    @Test("waits for a run that is under way, and is due still")
    func busy() async throws {
        try await BackupServer.run { server in
            let instance = try Instance(server, name: "a")
            try await with([instance]) {
                try await instance.settle()
                let other = try await server.backups.runner.begin(.onDemand, for: .system)
                server.harness.time.advance(by: .seconds(3 * 3600))
                try await server.backups.catalog.beat(other.id)
                #expect(try await instance.scheduler.tick() == BackupScheduler.glance)
                _ = try await server.backups.runner.carryOut(other)
                try await instance.settle()
                await instance.bell.wait(for: 1)
                #expect(try await server.backups.catalog.latest(limit: 10).filter { $0.kind == .scheduled }.count == 1)
            }
        }
    }

    @Test("a changed schedule counts from now on")
    func changed() async throws {
        try await BackupServer.run { server in
            let daily = try Instance(server, name: "a")
            try await daily.settle()
            let hourly = try Instance(server, name: "a", cron: "30 * * * *")
            try await with([hourly]) {
                try await hourly.settle()
                server.harness.time.advance(by: .seconds(1800))
                try await hourly.settle()
                await hourly.bell.wait(for: 1)
            }
        }
    }

    @Test("a wall clock that is set back a year does not keep it from working")
    func clockSetBack() async throws {
        try await BackupServer.run { server in
            let instance = try Instance(server, name: "a")
            try await with([instance]) {
                try await instance.settle()
                server.harness.time.setWallClock(to: UnixTime(seconds: 1_735_689_600))
                try await instance.settle()
                server.harness.time.advance(by: .seconds(4 * 3600))
                try await instance.settle()
                await instance.bell.wait(for: 1)
            }
        }
    }
}
