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

@Suite("Backup runs", .timeLimit(.minutes(2)))
struct BackupRunTests {
    static let sqlite = [TestEngine.sqlite]

    @Test("a run stores a bundle, reads it back, and is on record")
    func run() async throws {
        try await BackupRunTests.run(on: .sqlite)
    }

    static func run(on engine: TestEngine) async throws {
        try await engine.run(backup: BackupServer.withKey) { server in
            try await server.push(insertion("a") + "," + insertion("b"))
            try await server.push(insertion("c"), app: "notes", user: "bert")
            let entry = try await server.makeBackup()
            #expect(entry.status == .done)
            #expect(entry.rowCounts == ["todo": 2, "notes": 1])
            #expect(entry.entryCount == 8)
            #expect(entry.verifiedAt != nil && entry.finishedAt != nil && entry.auditID == 1)
            #expect(try await server.auditTypes() == ["backup_created"])
            let file = try await server.operate(.get, "/api/admin/backups/\(entry.id)/file")
            #expect(file.status == .ok)
            #expect(file.body.readableBytes == Int(entry.size ?? 0))
            #expect(try SHA256Digest.of(Array(file.body.readableBytesView)).hexadecimal == entry.sha256)
            let listed = try await server.operate(.get, "/api/admin/backups").json["backups"]?.elements
            #expect(listed?.count == 1)
            #expect(listed?.first?["id"]?.string == entry.id)
            #expect(listed?.first?["requested_by"]?.string == "test")
            #expect(listed?.first?["row_counts"]?["todo"]?.integer == 2)
            #expect(listed?.first?["sheet_count"]?.integer == 8)
            #expect(try await server.auditTypes() == ["backup_downloaded", "backup_created"])
        }
    }

    @Test("POST starts a run that goes on without its client, and a second one is refused with the first one's id")
    func start() async throws {
        try await BackupServer.run(backup: BackupServer.withKey, runsBackground: true) { server in
            try await server.push(insertion("a"))
            await server.harness.time.waitForSleepers(2)
            let first = try await server.operate(.post, "/api/admin/backups")
            #expect(first.status == .accepted)
            let id = try #require(try first.json["id"]?.string)
            let second = try await server.operate(.post, "/api/admin/backups")
            // The first may be done by now.
            if second.status == .conflict {
                #expect(try second.json["error"]?.string == "backup_running")
                #expect(second.text.contains(id))
            } else {
                #expect(second.status == .accepted)
            }
            try await until { try await server.backups.catalog.entry(id).status == .done }
        }
    }

    @Test("one run is under way at a time; who comes second learns which")
    func oneAtATime() async throws {
        try await BackupServer.run(backup: BackupServer.withKey) { server in
            let runner = try server.backups.runner
            let first = try await runner.begin(.onDemand, for: .system)
            do {
                _ = try await runner.begin(.scheduled, for: .system)
                Issue.record("a second run began")
            } catch let error as BackupError {
                #expect(error.code == .running && error.run == first.id)
            }
            #expect(try await runner.carryOut(first).status == .done)
            #expect(try await server.makeBackup().status == .done)
        }
    }

    @Test("a deleted backup keeps its entry; its file is gone for good", arguments: [false, true])
    func delete(twice: Bool) async throws {
        try await BackupServer.run(backup: BackupServer.withKey) { server in
            let entry = try await server.makeBackup()
            for _ in 0..<(twice ? 2 : 1) {
                let answer = try await server.operate(.delete, "/api/admin/backups/\(entry.id)")
                #expect(answer.status == .ok)
                #expect(try answer.json["deleted_at"]?.string != nil)
            }
            #expect(try server.bundles().isEmpty)
            #expect(try await server.operate(.get, "/api/admin/backups/\(entry.id)/file").status == .gone)
            #expect(try await server.operate(.post, "/api/admin/backups/\(entry.id)/verify").status == .gone)
            #expect(try await server.auditTypes() == ["backup_deleted", "backup_created"])
        }
    }

    @Test("a verification reads the artifact back; a tampered one is found, noted and counted", arguments: [0, 40, -5])
    func tampered(place: Int) async throws {
        try await BackupServer.run(backup: BackupServer.withKey) { server in
            try await server.push(insertion("a"))
            let entry = try await server.makeBackup()
            let path = "/api/admin/backups/\(entry.id)/verify"
            #expect(try await server.operate(.post, path).json["ok"]?.bool == true)
            let file = server.folder.appending(path: "artifacts/\(try server.bundles()[0])")
            var bytes = try Data(contentsOf: file)
            bytes[place < 0 ? bytes.count + place : place] ^= 1
            try bytes.write(to: file)
            let answer = try await server.operate(.post, path)
            #expect(answer.status == .ok)
            #expect(try answer.json["ok"]?.bool == false)
            #expect(try await server.backups.catalog.entry(entry.id).verifiedAt == nil)
            #expect(try await server.auditTypes(1) == ["backup_damaged"])
            #expect(try await server.metric("mana_sync_backup_verify_failures_total") == "1")
        }
    }

    @Test("the file of a backup whose artifact someone else removed is gone, and the answer says what is left")
    func goneFromTheStore() async throws {
        try await BackupServer.run(backup: BackupServer.withKey) { server in
            try await server.push(insertion("a"))
            let entry = try await server.makeBackup()
            try FileManager.default.removeItem(
                at: server.folder.appending(path: "artifacts/\(try server.bundles()[0])"))
            let answer = try await server.operate(.get, "/api/admin/backups/\(entry.id)/file")
            #expect(answer.status == .gone)
            #expect(try answer.json["error"]?.string == "backup_missing")
            #expect(try await server.operate(.get, "/api/admin/backups/\(entry.id)").status == .ok)
        }
    }

    @Test("ids that there are not, and limits that are none")
    func unknown() async throws {
        try await BackupServer.run(backup: BackupServer.withKey) { server in
            for (method, path) in [
                (HTTPRequest.Method.get, "/api/admin/backups/x"), (.get, "/api/admin/backups/x/file"),
                (.post, "/api/admin/backups/x/verify"), (.delete, "/api/admin/backups/..%2f..%2fetc"),
            ] {
                let answer = try await server.operate(method, path)
                #expect(answer.status == .notFound, "\(path)")
            }
            for limit in ["0", "-1", "x", "1001", ""] {
                #expect(try await server.operate(.get, "/api/admin/backups?limit=\(limit)").status == .badRequest)
                #expect(try await server.operate(.get, "/api/admin/audit?limit=\(limit)").status == .badRequest)
            }
        }
    }

    @Test(
        "a catalog whose URI is malformed or leads elsewhere gives nothing away",
        arguments: [
            "file:///etc/passwd", "", "s3://x/y", "file://../../etc/passwd", "\u{1F4A9}",
        ])
    func malformedURI(uri: String) async throws {
        try await BackupServer.run(backup: BackupServer.withKey) { server in
            let entry = try await server.makeBackup()
            try await server.backups.catalog.tables.run(
                PluginStatement("UPDATE sync_backup_runs SET storage_uri = $1", .text(uri)))
            #expect(
                try await server.operate(.get, "/api/admin/backups/\(entry.id)/file").status == .internalServerError)
            let verified = try await server.operate(.post, "/api/admin/backups/\(entry.id)/verify")
            #expect(try verified.json["ok"]?.bool == false)
            #expect(try await server.backups.housekeeping.sweep().missing == [entry.id])
        }
    }
}
