import Domain
import Foundation
import HTTPTypes
import Kernel
import KernelTesting
import NIOCore
import Testing

@testable import BackupPlugin

@Suite("A restore of an SQLite file", .timeLimit(.minutes(2)))
struct DatabaseRestoreTests {
    /// Writes what GET /api/backup answers to a file of its own.
    static func snapshot(of server: BackupServer) async throws -> URL {
        let answer = try await server.operate(.get, "/api/backup")
        try #require(answer.status == .ok)
        let file = FileManager.default.temporaryDirectory.appending(path: "snapshot-\(UUID().uuidString).db")
        try Data(answer.body.readableBytesView).write(to: file)
        return file
    }

    /// Into an engine: rows and cursors are what they were, the file stays as it is, and of the staged copy nothing is left.
    static func check(into target: TestEngine) async throws {
        var rows: [LogTable: [LogRecord]] = [:]
        var file = URL(filePath: "/")
        try await BackupServer.run(backup: BackupServer.withKey) { server in
            try await RestoreTests.fill(server)
            let grants = try #require(server.harness.plan.service(.spaceGrants))
            try await grants.grant([SpaceID("family"): .readWrite], to: UserID("bert"), askedBefore: .zero)
            rows = try await server.rows()
            file = try await snapshot(of: server)
        }
        defer { try? FileManager.default.removeItem(at: file) }
        let bytes = try Data(contentsOf: file)
        try await target.run(backup: BackupServer.withKey) { server in
            let rehearsed = try await RestoreTests.restore(file, into: server, isRehearsal: true)
            #expect(rehearsed.rowCounts == ["todo": 3, "notes": 1, "bulk": 25])
            #expect(try await server.rows().isEmpty)
            let restored = try await RestoreTests.restore(file, into: server)
            #expect(restored.rowCounts == rehearsed.rowCounts)
            #expect(try await server.rows() == rows)
            #expect(try await server.auditTypes(1) == ["backup_restored"])
            try await server.push(insertion("new"))
            let column = try #require(LogTable.changes.index(of: "createdAt"))
            let places = try await server.rows()[.changes]?.compactMap { $0.values[column].integer } ?? []
            #expect(places.count == 30 && places == places.sorted() && Set(places).count == 30)
            #expect(TemporaryDirectory.names(in: server.folder.appending(path: "staging/deep").path).isEmpty)
        }
        #expect(try Data(contentsOf: file) == bytes)
        #expect(!FileManager.default.fileExists(atPath: file.path + "-wal"))
    }

    @Test("brings back rows and cursors exactly")
    func sqlite() async throws {
        try await Self.check(into: .sqlite)
    }

    @Test("erases again who was erased since, and keeps what they wrote after that")
    func erased() async throws {
        try await BackupServer.run(backup: BackupServer.withKey) { server in
            try await RestoreTests.fill(server)
            let file = try await Self.snapshot(of: server)
            defer { try? FileManager.default.removeItem(at: file) }
            _ = try await server.send(.delete, "/backup/account", headers: [.confirm: "anna"])
            let restored = try await RestoreTests.restore(file, into: server, isReplacing: true)
            #expect(restored.erased == 3 && restored.safetyBackup != nil)
            #expect(try await server.lines(of: "anna").isEmpty)
            #expect(try await server.lines(of: "bert").count == 1)
            try await server.push(insertion("back"))
            #expect(try await server.lines(of: "anna").count == 1)
        }
    }

    @Test("reads what is in the write-ahead log beside a file that was copied from a server's folder")
    func writeAheadLog() async throws {
        try await TemporaryDirectory.with { folder in
            var rows: [LogTable: [LogRecord]] = [:]
            try await BackupServer.run(backup: BackupServer.withKey) { server in
                try await RestoreTests.fill(server)
                rows = try await server.rows()
                for suffix in ["", "-wal"] {
                    try FileManager.default.copyItem(
                        atPath: server.folder.appending(path: "log.db").path + suffix,
                        toPath: "\(folder)/log.db\(suffix)")
                }
            }
            try await BackupServer.run(backup: BackupServer.withKey) { server in
                try await RestoreTests.restore(URL(filePath: "\(folder)/log.db"), into: server)
                #expect(try await server.rows() == rows)
            }
        }
    }

    @Test(
        "of a file that is damaged or another program's changes nothing, and says which",
        arguments: [100, 3 * 4096, -1, -4096])
    func damaged(place: Int) async throws {
        try await BackupServer.run(backup: BackupServer.withKey) { server in
            try await RestoreTests.fill(server)
            let file = try await Self.snapshot(of: server)
            defer { try? FileManager.default.removeItem(at: file) }
            var bytes = try Data(contentsOf: file)
            if place < 0 {
                bytes.removeLast(-place)
            } else {
                bytes.replaceSubrange(place..<place + 2000, with: Data(repeating: 0xA5, count: 2000))
            }
            try bytes.write(to: file)
            let before = try await server.rows()
            let error = await #expect(throws: BackupError.self) {
                try await RestoreTests.restore(file, into: server, isReplacing: true)
            }
            #expect(error?.code == .damaged && error?.message.contains(file.path) == true)
            #expect(try await server.rows() == before)
            let verified = try await RestoreTests.tool(server).verify(file.path)
            #expect(verified.count == 1 && verified[0].fault != nil)
        }
    }

    @Test("is not needed for erasures to hold: a copy that was put in place by hand is looked through at the start")
    func byHand() async throws {
        try await TemporaryDirectory.with { folder in
            let (database, artifacts) = ("\(folder)/log.db", "\(folder)/artifacts")
            var copy = Data()
            try await BackupServer.run(backup: BackupServer.withKey, artifacts: artifacts, database: database) {
                server in
                try await RestoreTests.fill(server)
                let answer = try await server.operate(.get, "/api/backup")
                try #require(answer.status == .ok, "\(answer.text)")
                copy = Data(answer.body.readableBytesView)
                _ = try await server.send(.delete, "/backup/account", headers: [.confirm: "anna"])
            }
            for suffix in ["-wal", "-shm"] where FileManager.default.fileExists(atPath: database + suffix) {
                try FileManager.default.removeItem(atPath: database + suffix)
            }
            try copy.write(to: URL(filePath: database))
            for _ in 0..<2 {
                try await BackupServer.run(backup: BackupServer.withKey, artifacts: artifacts, database: database) {
                    server in
                    #expect(try await server.lines(of: "anna").isEmpty)
                    let bert = try await server.lines(of: "bert")
                    #expect(bert.count == 1, "\(bert)")
                    // Nor does keeping the ledger forget whom the older database does not know.
                    try await server.backups.ledgers.keep()
                    let kept = try await server.backups.ledgers.kept()
                    #expect(kept.map(\.entries.count) == [1])
                }
                try copy.write(to: URL(filePath: database))
            }
        }
    }
}

@Suite("What is no backup")
struct ForeignFileTests {
    static let files: [(name: String, bytes: Data, words: [String])] = [
        ("nothing", Data(), ["is empty"]),
        ("lines of JSON", Data(#"{"eventId":"x"}"#.utf8), ["lines of JSON", "POST /backup/import"]),
        ("gzip", Data([0x1F, 0x8B, 8, 0]), ["gzip", "gunzip"]),
        ("pg_dump -Fc", Data("PGDMP\u{1}\u{e}".utf8), ["PostgreSQL", "pg_restore"]),
        ("pg_dump", Data("--\n-- PostgreSQL database dump\n--\n".utf8), ["PostgreSQL", "psql"]),
        ("text", Data("hello".utf8), ["neither", "mana-sync backup list"]),
        ("a database of nobody's", Data("SQLite format 3\0".utf8), ["database"]),
        ("a zip that is cut off", Data("PK\u{3}\u{4}".utf8), ["archive"]),
    ]

    @Test("is refused with what it is, and what to do with it", arguments: files.indices)
    func refused(index: Int) async throws {
        let (_, bytes, words) = Self.files[index]
        try await refuse(bytes, words)
    }

    @Test("a user's export is named as one, and whose it is")
    func export() async throws {
        var bytes = Data()
        try await BackupServer.run { server in
            try await server.push(insertion("a"))
            bytes = Data(try await server.export().readableBytesView)
        }
        try await refuse(bytes, ["one user's export (of anna)", "/backup/import"])
    }

    @Test("a folder is no file")
    func folder() async throws {
        try await BackupServer.run(backup: BackupServer.withKey) { server in
            let error = await #expect(throws: BackupError.self) {
                try await RestoreTests.restore(server.folder, into: server)
            }
            #expect(error?.message.contains("is no file") == true)
        }
    }

    private func refuse(_ bytes: Data, _ words: [String]) async throws {
        try await BackupServer.run(backup: BackupServer.withKey) { server in
            let file = server.folder.appending(path: "file")
            try bytes.write(to: file)
            let error = await #expect(throws: BackupError.self) { try await RestoreTests.restore(file, into: server) }
            let message = error?.message ?? ""
            for word in words { #expect(message.contains(word), "\(message)") }
        }
    }
}
