import ArtifactStore
import Domain
import Foundation
import Kernel
import KernelTesting
import NIOCore
import Testing

@testable import BackupPlugin

@Suite("Housekeeping", .timeLimit(.minutes(2)))
struct HousekeepingTests {
    private static let config = "retention: {last: 1, daily: 2, weekly: 0, monthly: 0, minimumAge: 1h}"

    @Test("removes what no rule keeps, once, and notes it")
    func prune() async throws {
        try await BackupServer.run(backup: Self.config) { server in
            var ids: [String] = []
            for _ in 0..<4 {
                ids.append(try await server.makeBackup().id)
                server.harness.time.advance(by: .seconds(86_400))
            }
            let housekeeping = try server.backups.housekeeping
            #expect(try await housekeeping.expired().map(\.id) == Array(ids[..<2]))
            #expect(try await housekeeping.prune(for: .system).map(\.id) == Array(ids[..<2]))
            #expect(try await housekeeping.prune(for: .system).isEmpty)
            #expect(try server.bundles().count == 2)
            #expect(try await server.auditTypes(2) == ["backup_deleted", "backup_deleted"])
            #expect(try await server.metric("mana_sync_backup_pruned_total") == "2")
        }
    }

    @Test("keeps the newest verified one, and removes nothing where nothing is verified")
    func safeguards() async throws {
        try await BackupServer.run(backup: Self.config) { server in
            let good = try await server.makeBackup()
            server.harness.time.advance(by: .seconds(86_400))
            for _ in 0..<3 {
                let newer = try await server.makeBackup()
                try await server.backups.catalog.markVerified(newer.id, isSound: false)
                server.harness.time.advance(by: .seconds(86_400))
            }
            let kept = try await server.backups.housekeeping.expired().map(\.id)
            #expect(!kept.contains(good.id))
            try await server.backups.catalog.markVerified(good.id, isSound: false)
            #expect(try await server.backups.housekeeping.expired().isEmpty)
        }
    }

    @Test(
        "sweeps artifacts of failed and removed backups once they are old, notes entries without an artifact, and leaves what it does not know"
    )
    func sweep() async throws {
        try await BackupServer.run { server in
            let backups = try server.backups
            let entry = try await server.makeBackup()
            let removed = try await server.makeBackup()
            _ = try await backups.delete(removed.id, for: .system)
            // Of another database's backups the catalog knows nothing: they may be all that is left of it.
            for name in [BackupRunner.key(of: removed), "mana-sync-20260101-000000-x.mana", "somebody-elses.mana"] {
                _ = try await backups.store.put(try #require(ArtifactKey(name))) {
                    try await $0.write(ByteBuffer(string: "x"))
                }
            }
            #expect(try await backups.housekeeping.sweep().orphans.isEmpty)
            // The files' times are the machine's.
            server.harness.time.setWallClock(to: SystemTimeSource().now.advanced(by: .seconds(2 * 86_400)))
            let found = try await backups.housekeeping.sweep()
            #expect(found.orphans.count == 1 && found.missing.isEmpty)
            #expect(found.orphans.first?.description.contains(removed.id) == true)
            #expect(try server.bundles().count == 3)
            try FileManager.default.removeItem(
                at: server.folder.appending(path: "artifacts/\(BackupRunner.key(of: entry))"))
            #expect(try await backups.housekeeping.sweep().missing == [entry.id])
            #expect(try await backups.catalog.entry(entry.id).verifiedAt == nil)
        }
    }

    @Test("the time of the newest verified backup is measured, whoever made it and whenever an older one was read back")
    func lastSuccess() async throws {
        try await BackupServer.run { server in
            let backups = try server.backups
            let name = "mana_sync_backup_last_success_timestamp_seconds"
            let first = try await server.makeBackup()
            server.harness.time.advance(by: .seconds(3600))
            _ = try await backups.verify(first.id, for: .system)
            try await backups.showLastSuccess()
            #expect(try await server.metric(name) == "1767225600")
            let command = backups.runner(of: "command:x:1")
            try await command.carryOut(try await command.begin(.onDemand, for: .system))
            try await backups.showLastSuccess()
            #expect(try await server.metric(name) == "1767229200")
            #expect(try await server.metric("mana_sync_backup_staging_free_bytes") != "0")
        }
    }
}
