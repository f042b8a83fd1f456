import ArtifactStore
import Domain
import Foundation
import HTTPTypes
import JSONScanner
import Kernel
import KernelTesting
import NIOCore
import Testing

@testable import BackupPlugin

@Suite("What goes wrong in a run", .timeLimit(.minutes(2)))
struct RunFaultTests {
    /// A store that does not do what it should.
    struct BadStore: ArtifactStore {
        enum Fault: String, CaseIterable, Sendable {
            case refuses, breaksOff, isFull, loses, damages
        }

        let store: any ArtifactStore
        let fault: Fault

        func open() async throws(ArtifactError) { try await store.open() }
        func close() async { await store.close() }
        func uri(of key: ArtifactKey) -> ArtifactURI { store.uri(of: key) }
        func delete(_ uri: ArtifactURI) async throws(ArtifactError) { try await store.delete(uri) }
        func list() async throws(ArtifactError) -> [StoredArtifact] { try await store.list() }
        func removeAbandoned(of key: ArtifactKey?, before time: UnixTime) async throws(ArtifactError) -> Int {
            try await store.removeAbandoned(of: key, before: time)
        }
        func describe(_ uri: ArtifactURI) async throws(ArtifactError) -> StoredArtifact {
            try await store.describe(uri)
        }

        func put(
            _ key: ArtifactKey, _ produce: (any ArtifactSink) async throws -> Void
        ) async throws -> StoredArtifact {
            if fault == .refuses { throw ArtifactError(.unavailable, "The store is down.") }
            let fault = fault
            let stored = try await store.put(key) { sink in
                try await produce(sink)
                if fault == .breaksOff { throw ArtifactError(.unavailable, "The connection broke.") }
                if fault == .isFull { throw ArtifactError(.full, "No space is left.") }
            }
            if fault == .loses { try await store.delete(stored.uri) }
            return stored
        }

        func get(
            _ uri: ArtifactURI, range: Range<UInt64>?, _ consume: (ByteBuffer) async throws -> Void
        ) async throws {
            try await store.get(uri, range: range) { chunk in
                var chunk = chunk
                if fault == .damages {
                    let index = chunk.readerIndex + chunk.readableBytes / 2
                    chunk.setInteger((chunk.getInteger(at: index, as: UInt8.self) ?? 0) ^ 1, at: index)
                }
                try await consume(chunk)
            }
        }
    }

    @Test("a run whose store fails is failed, on record, and leaves nothing behind", arguments: BadStore.Fault.allCases)
    func badStore(fault: BadStore.Fault) async throws {
        try await BackupServer.run(backup: BackupServer.withKey) { server in
            try await server.push(insertion("a"))
            let good = try server.backups.runner
            let runner = BackupRunner(
                catalog: good.catalog, audit: good.audit, store: BadStore(store: good.store, fault: fault),
                source: good.source, time: good.time, metrics: good.metrics, logger: good.logger)
            let entry = try await runner.carryOut(try await runner.begin(.onDemand, for: .system))
            #expect(entry.status == .failed)
            #expect(entry.error?.isEmpty == false)
            #expect(try await server.auditTypes() == ["backup_failed", "backup_created"])
            #expect(try server.bundles().isEmpty)
            #expect(try server.artifactFiles().allSatisfy { !$0.contains("~") })
            #expect(try await server.makeBackup().status == .done)
            let shown = try await server.operate(.get, "/api/admin/backups/\(entry.id)/file")
            #expect(shown.status == .conflict)
        }
    }

    @Test("a run whose task is cancelled is failed, not left running")
    func cancelled() async throws {
        try await BackupServer.run(backup: BackupServer.withKey) { server in
            try await server.push(insertion("a"))
            let runner = try server.backups.runner
            let entry = try await runner.begin(.onDemand, for: .system)
            let task = Task {
                withUnsafeCurrentTask { $0?.cancel() }
                return try await runner.carryOut(entry)
            }
            #expect(try await task.value.status == .failed)
            #expect(try server.bundles().isEmpty)
        }
    }

    /// The states in which a process can die, as the catalog has them then.
    @Test(
        "a run that a crash left is failed at the next start, and its artifact goes",
        arguments: ["running", "verifying"])
    func crashed(status: String) async throws {
        try await BackupServer.run(backup: BackupServer.withKey) { server in
            let backups = try server.backups
            let kept = try await server.makeBackup()
            let entry = try await backups.runner.begin(.onDemand, for: .system)
            var files = 1
            if status == "verifying" {
                let stored = try await backups.store.put(try #require(ArtifactKey("mana-sync-x.mana"))) {
                    try await $0.write(ByteBuffer(string: "half"))
                }
                try await backups.catalog.store(
                    StoredBundle(uri: stored.uri, size: 4, sha256: "0", rowCounts: [:], entryCount: 4), of: entry.id)
                files = 2
            }
            #expect(try server.bundles().count == files)
            try await backups.open(isServer: true)
            let after = try await backups.catalog.entry(entry.id)
            #expect(after.status == .failed && after.error?.contains("stopped") == true)
            #expect(try server.bundles().count == 1)
            #expect(try await server.auditTypes(1) == ["backup_failed"])
            #expect(try await backups.catalog.entry(kept.id).status == .done)
            // It is over: who was taken for dead cannot go on.
            await #expect(throws: BackupError.self) { try await backups.catalog.beat(entry.id) }
            await #expect(throws: BackupError.self) { try await backups.catalog.finish(entry.id) }
        }
    }

    @Test("what a crash left of a run goes, and nothing that somebody else is storing at the same time")
    func crashedBesideOthers() async throws {
        try await BackupServer.run(backup: BackupServer.withKey) { server in
            let backups = try server.backups
            let dead = try await backups.runner.begin(.onDemand, for: .system)
            let key = try #require(ArtifactKey(BackupRunner.key(of: dead)))
            // Stored, and not yet noted; and a draft of it.
            _ = try await backups.store.put(key) { try await $0.write(ByteBuffer(string: "whole")) }
            try Data("half".utf8).write(to: server.folder.appending(path: "artifacts/\(key)~1x"))
            let others = try #require(ArtifactKey("mana-sync-20260101-000000-y.mana"))
            _ = try await backups.store.put(others) { sink in
                try await sink.write(ByteBuffer(string: "begun"))
                try await backups.open(isServer: true)
                try await sink.write(ByteBuffer(string: "ended"))
            }
            #expect(try server.bundles() == [others.description])
            #expect(try server.artifactFiles().allSatisfy { !$0.contains("~") })
        }
    }

    @Test("another instance's run is left alone while it is heard of, and failed when it is not")
    func otherInstance() async throws {
        try await BackupServer.run(backup: BackupServer.withKey) { server in
            let backups = try server.backups
            let other = Catalog(tables: backups.catalog.tables, time: backups.time, instance: "other:1")
            let entry = try await other.begin(.scheduled, for: .system)
            try await backups.open(isServer: true)
            #expect(try await other.entry(entry.id).status == .running)
            server.harness.time.advance(by: .seconds(80))
            try await other.beat(entry.id)
            server.harness.time.advance(by: .seconds(80))
            await #expect(throws: BackupError.self) { try await backups.runner.begin(.onDemand, for: .system) }
            server.harness.time.advance(by: .seconds(80))
            let own = try await backups.runner.begin(.onDemand, for: .system)
            #expect(try await other.entry(entry.id).status == .failed)
            #expect(try await backups.runner.carryOut(own).status == .done)
        }
    }

    @Test("a command beside a server leaves the server's run alone, and a server's start leaves a command's")
    func commandBeside() async throws {
        try await BackupServer.run(backup: BackupServer.withKey) { server in
            let backups = try server.backups
            let entry = try await backups.runner.begin(.onDemand, for: .system)
            await #expect(throws: BackupError.self) { try await RestoreTests.tool(server).create() }
            // A command lets go of the store in the end; here it is the server's too.
            try await backups.open(isServer: false)
            #expect(try await backups.runner.carryOut(entry).status == .done)
            let command = backups.runner(of: "command:x:1")
            let other = try await command.begin(.onDemand, for: .commandLine)
            try await backups.open(isServer: true)
            #expect(try await command.carryOut(other).status == .done)
        }
    }

    @Test("a tampered audit log is found, with the first entry that is not what was written")
    func tamperedAudit() async throws {
        try await BackupServer.run(backup: BackupServer.withKey) { server in
            for _ in 0..<3 { try await server.makeBackup() }
            let tables = try server.backups.catalog.tables
            #expect(try await server.operate(.get, "/api/admin/audit").json["first_broken"] == nil)
            try await tables.run(PluginStatement("DROP TRIGGER sync_backup_audit_stays"))
            try await tables.run(
                PluginStatement("UPDATE sync_backup_audit SET actor_id = 'nobody' WHERE number = 2"))
            let answer = try await server.operate(.get, "/api/admin/audit?limit=2").json
            #expect(answer["first_broken"]?.integer == 2)
            #expect(answer["entries"]?.elements?.count == 2)
        }
    }

    @Test(
        "a run whose last sign of life is from a time that has not come is failed: the clock was set back, and it is dead"
    )
    func clockSetBack() async throws {
        try await BackupServer.run(backup: BackupServer.withKey) { server in
            let runner = try server.backups.runner
            let dead = try await runner.begin(.onDemand, for: .system)
            server.harness.time.setWallClock(to: server.harness.time.now.advanced(by: .seconds(-80)))
            try await runner.recover(atStart: false)
            #expect(try await runner.catalog.entry(dead.id).status == .running)
            server.harness.time.setWallClock(to: server.harness.time.now.advanced(by: .seconds(-3600)))
            #expect(try await server.makeBackup().status == .done)
            #expect(try await runner.catalog.entry(dead.id).status == .failed)
        }
    }

    @Test("a full disk fails a run, and leaves nothing behind", .enabled(if: TestDisk.isAvailable))
    func fullDisk() async throws {
        try await TemporaryDirectory.with { folder in
            mkdir("\(folder)/disk", 0o700)
            try #require(TestDisk.attach(to: "\(folder)/disk", size: "64k"))
            defer { TestDisk.detach(from: "\(folder)/disk") }
            try await BackupServer.run(backup: BackupServer.withKey) { server in
                let noise = (0..<6000).map { _ in String(UInt64.random(in: 0 ... .max), radix: 36) }.joined()
                for index in 0..<4 { try await server.push(insertion("r\(index)", data: #"{"noise":"\#(noise)"}"#)) }
                let good = try server.backups.runner
                let store = LocalArtifactStore(directory: "\(folder)/disk")
                try await store.open()
                let runner = BackupRunner(
                    catalog: good.catalog, audit: good.audit, store: store, source: good.source, time: good.time,
                    metrics: good.metrics, logger: good.logger)
                let entry = try await runner.carryOut(try await runner.begin(.onDemand, for: .system))
                #expect(entry.status == .failed)
                #expect(TemporaryDirectory.names(in: "\(folder)/disk").isEmpty)
            }
        }
    }
}
