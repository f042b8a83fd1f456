import ArtifactStore
import Domain
import Foundation
import HTTPTypes
import JSONScanner
import Kernel
import KernelTesting
import NIOCore
import SQLiteStore
import Testing

@testable import BackupPlugin

@Suite("The one-click snapshot", .timeLimit(.minutes(2)))
struct SnapshotTests {
    private func staged(_ server: BackupServer) throws -> [String] {
        let path = server.folder.appending(path: "staging/deep").path
        return TemporaryDirectory.names(in: path)
    }

    @Test("is a whole SQLite database, with its length, its name and a tag")
    func whole() async throws {
        try await BackupServer.run(backup: BackupServer.withKey) { server in
            try await server.push(insertion("a") + "," + insertion("b"))
            let answer = try await server.operate(.get, "/api/backup")
            #expect(answer.status == .ok)
            #expect(answer.headers[.contentType] == "application/octet-stream")
            #expect(answer.headers[.contentLength] == "\(answer.body.readableBytes)")
            #expect(answer.headers[.contentDisposition]?.contains("mana-sync-backup-1767225600.db") == true)
            #expect(answer.headers[.contentTypeOptions] == "nosniff")
            #expect(answer.headers[.eTag] != nil && answer.headers[.acceptRanges] == "bytes")
            let copy = server.folder.appending(path: "copy.db")
            try Data(answer.body.readableBytesView).write(to: copy)
            let store = SQLiteStore(SQLiteStoreConfig(path: copy.path))
            try await store.start()
            let counts = try await store.withSnapshot { try await $0.counts() }
            await store.stop()
            #expect(counts == ["todo": 2])
            #expect(try await server.auditTypes() == ["snapshot_downloaded"])
        }
    }

    @Test("of which parts can be read again for a quarter of an hour, then it is gone")
    func ranges() async throws {
        try await BackupServer.run(backup: BackupServer.withKey) { server in
            try await server.push(insertion("a"))
            let whole = try await server.operate(.get, "/api/backup")
            let tag = try #require(whole.headers[.eTag])
            let part = try await server.operate(.get, "/api/backup", headers: [.range: "bytes=100-199", .ifRange: tag])
            #expect(part.status == .partialContent)
            #expect(part.headers[.contentRange] == "bytes 100-199/\(whole.body.readableBytes)")
            #expect(part.body == whole.body.getSlice(at: 100, length: 100))
            let end = try await server.operate(.get, "/api/backup", headers: [.range: "bytes=-10"])
            #expect(end.body == whole.body.getSlice(at: whole.body.readableBytes - 10, length: 10))
            let beyond = try await server.operate(.get, "/api/backup", headers: [.range: "bytes=99999999-"])
            #expect(beyond.status == .rangeNotSatisfiable)
            #expect(beyond.headers[.contentRange] == "bytes */\(whole.body.readableBytes)")
            #expect(beyond.headers[.contentType] == "application/problem+json")
            #expect(try beyond.json["error"]?.string == "range_not_satisfiable")
            for (answer, length) in [(whole, whole.body.readableBytes), (part, 100), (end, 10)] {
                #expect(answer.headers[.contentLength] == "\(length)" && answer.headers[.transferEncoding] == nil)
            }
            // Each call is on record, whatever it takes of the snapshot.
            #expect(try await server.auditTypes() == Array(repeating: "snapshot_downloaded", count: 4))
            #expect(try staged(server).count == 1)
            server.harness.time.advance(by: .seconds(15 * 60))
            let later = try await server.operate(.get, "/api/backup", headers: [.range: "bytes=0-9", .ifRange: tag])
            // Another snapshot: all of it, for the part would not fit.
            #expect(later.status == .ok && later.headers[.eTag] != tag)
            #expect(try staged(server).count == 1)
        }
    }

    @Test("is not made for HEAD, which tells of the one that is staged, and leaves nothing on record")
    func head() async throws {
        try await BackupServer.run(backup: BackupServer.withKey) { server in
            let before = try await server.operate(.head, "/api/backup")
            #expect(before.status == .ok && before.headers[.acceptRanges] == "bytes")
            #expect(before.headers[.contentLength] == nil && before.headers[.eTag] == nil)
            #expect(try staged(server).isEmpty)
            #expect(try await server.send(.head, "/api/backup", user: nil).status == .unauthorized)
            let made = try await server.operate(.get, "/api/backup")
            let after = try await server.operate(.head, "/api/backup")
            #expect(after.headers[.eTag] == made.headers[.eTag] && after.headers[.contentLength] != nil)
            #expect(try staged(server).count == 1)
            #expect(try await server.auditTypes() == ["snapshot_downloaded"])
        }
    }

    @Test("leaves nothing behind when the server stops, and what a crash left goes at the next start")
    func leftovers() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "staging-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        let leftover = folder.appending(path: "snapshot.crashd")
        try FileManager.default.createDirectory(at: leftover, withIntermediateDirectories: true)
        try Data("half".utf8).write(to: leftover.appending(path: "x.db"))
        try await BackupServer.run(backup: #"\#(BackupServer.withKey)"#, staging: folder.path) { server in
            #expect(TemporaryDirectory.names(in: folder.path).isEmpty)
            let answer = try await server.operate(.get, "/api/backup")
            #expect(answer.status == .ok)
            #expect(TemporaryDirectory.names(in: folder.path).count == 1)
        }
        #expect(TemporaryDirectory.names(in: folder.path).isEmpty)
    }

    @Test("is refused with 507 where there is no room, and leaves nothing")
    func noRoom() async throws {
        try await BackupServer.run(backup: BackupServer.withKey) { server in
            let backups = try server.backups
            let folder = server.folder.appending(path: "full").path
            let snapshots = Snapshots(
                source: backups.source, directory: folder, time: backups.time, metrics: backups.metrics,
                freeSpace: { _ in 1 << 20 })
            do {
                _ = try await snapshots.make(for: "x")
                Issue.record("a snapshot was made without room")
            } catch let error as BackupError {
                #expect(error.problem.status == 507)
            }
            #expect(TemporaryDirectory.names(in: folder).isEmpty)
        }
    }

    @Test("on a disk that fills up is 507 too, and leaves nothing", .enabled(if: TestDisk.isAvailable))
    func fullDisk() async throws {
        try await TemporaryDirectory.with { folder in
            mkdir("\(folder)/disk", 0o700)
            try #require(TestDisk.attach(to: "\(folder)/disk", size: "32k"))
            defer { TestDisk.detach(from: "\(folder)/disk") }
            try await BackupServer.run(backup: BackupServer.withKey) { server in
                try await server.push(insertion("a"))
                let backups = try server.backups
                let snapshots = Snapshots(
                    source: backups.source, directory: "\(folder)/disk", time: backups.time, metrics: backups.metrics,
                    freeSpace: { _ in nil })
                do {
                    _ = try await snapshots.make(for: "x")
                    Issue.record("a snapshot was made without room")
                } catch let error as BackupError {
                    #expect(error.code == .full, "\(error.debugDescription)")
                }
                #expect(TemporaryDirectory.names(in: "\(folder)/disk").isEmpty)
            }
        }
    }

    @Test(
        "ranges are read as RFC 9110 has them",
        arguments: [
            (nil, ByteRange.whole), ("bytes=0-", .part(0..<100)), ("bytes=0-0", .part(0..<1)),
            ("bytes=5-9", .part(5..<10)),
            ("bytes=90-1000", .part(90..<100)), ("bytes=-1", .part(99..<100)), ("bytes=-1000", .part(0..<100)),
            ("bytes=100-", .unsatisfiable), ("bytes=-0", .unsatisfiable), ("bytes=9-5", .whole), ("bytes=", .whole),
            ("bytes=-", .whole), ("bytes=a-b", .whole), ("bytes=0-1,3-4", .whole), ("items=0-1", .whole),
            ("bytes=+1-2", .whole),
            ("BYTES=1-2", .part(1..<3)), ("bytes=99999999999999999999-", .whole),
            ("bytes=1-99999999999999999999", .whole),
        ])
    func byteRanges(header: String?, expected: ByteRange) {
        #expect(ByteRange(header, size: 100) == expected)
    }
}
