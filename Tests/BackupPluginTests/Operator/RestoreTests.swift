import ArtifactStore
import Domain
import Foundation
import HTTPTypes
import Kernel
import KernelTesting
import NIOCore
import Testing

@testable import BackupPlugin

@Suite("A restore", .timeLimit(.minutes(2)))
struct RestoreTests {
    /// A log with all that makes rows hard to bring back.
    static func fill(_ server: BackupServer) async throws {
        try await server.push(
            insertion("a", data: "{\n  \"title\": \"Milk \\u0041\",\r\n \"n\": 1.50e2}") + ","
                + insertion("ä\\u0001\\\"", more: #","eventId":"\#(uuid(1))","spaceId":null,"origin":"x""#) + ","
                + #"{"table":"tasks","id":"a","op":"update","fields":{"t":{"value":[1, 2],"updatedAt":"2026-01-01T00:00:00Z"}}}"#,
            client: "c1")
        try await server.push(
            #"{"table":"tasks","id":"a","op":"delete","deletedAt":"2026-01-01T00:00:00Z","actor":{"kind":"x"}}"#,
            app: "notes", user: "bert")
        // The id is anna's: bert's change goes to the quarantine.
        try await server.push(insertion("q", more: #","eventId":"\#(uuid(1))""#), user: "bert")
        for index in 0..<25 { try await server.push(insertion("n\(index)"), app: "bulk", user: "user\(index % 3)") }
    }

    /// Writes a backup's bundle to a file of its own.
    static func bundle(of server: BackupServer) async throws -> URL {
        let entry = try await server.makeBackup()
        try #require(entry.status == .done, "\(entry.error ?? "")")
        let file = FileManager.default.temporaryDirectory.appending(path: "bundle-\(UUID().uuidString).mana")
        let answer = try await server.operate(.get, "/api/admin/backups/\(entry.id)/file")
        try Data(answer.body.readableBytesView).write(to: file)
        return file
    }

    static func tool(_ server: BackupServer) throws -> BackupTool {
        BackupTool(try server.backups) { _, _ in }
    }

    @discardableResult
    static func restore(
        _ file: URL, into server: BackupServer, isReplacing: Bool = false, isRehearsal: Bool = false
    ) async throws -> BackupTool.Restored {
        try await tool(server).restore(file.path, isReplacing: isReplacing, isRehearsal: isRehearsal) {
            try await server.reopen()
        }
    }

    /// From one engine to another: rows and cursors are exactly what they were, and the clock goes on above them.
    static func check(from source: TestEngine, to target: TestEngine) async throws {
        var rows: [LogTable: [LogRecord]] = [:]
        var file = URL(filePath: "/")
        var pull = ""
        let path = "/sync/todo/pull?collection=tasks&since=1970-01-01T00:00:00Z"
        try await source.run(backup: BackupServer.withKey) { server in
            try await fill(server)
            rows = try await server.rows()
            file = try await bundle(of: server)
            pull = try await server.send(.get, path).text
        }
        defer { try? FileManager.default.removeItem(at: file) }
        #expect(rows[.changes]?.count == 29 && rows[.quarantine]?.count == 1)
        try await target.run(backup: BackupServer.withKey) { server in
            let restored = try await restore(file, into: server)
            #expect(restored.rowCounts == ["todo": 3, "notes": 1, "bulk": 25])
            #expect(restored.safetyBackup == nil && restored.erased == 0)
            #expect(try await server.rows() == rows)
            let pulled = try await server.send(.get, path)
            // Up to where nothing is left to read, each engine says in its own way.
            #expect(pulled.status == .ok)
            #expect(
                pulled.text.components(separatedBy: "syncedUntil")[0] == pull.components(separatedBy: "syncedUntil")[0])
            // What comes next comes later.
            try await server.push(insertion("new"))
            let column = try #require(LogTable.changes.index(of: "createdAt"))
            let places = try await server.rows()[.changes]?.compactMap { $0.values[column].integer } ?? []
            #expect(places.count == 30 && places == places.sorted() && Set(places).count == 30)
            #expect(try await server.auditTypes(1) == ["backup_restored"])
        }
    }

    @Test("into SQLite brings back rows and cursors exactly")
    func sqlite() async throws {
        try await Self.check(from: .sqlite, to: .sqlite)
    }

    /// What a member of spaces gets after a cursor, page by page.
    private static func shared(
        _ server: BackupServer, by user: String, after: Cursor = .beginning, limit: Int = 1000
    ) async throws -> (records: [String], until: Cursor) {
        let log = try #require(server.harness.plan.service(.changeLog))
        var query = ChangeQuery(
            user: UserID(user), client: nil, app: try #require(AppID("todo")), after: after, limit: limit)
        query.includesSpaces = true
        var records: [String] = []
        while true {
            let page = try await log.read(query, into: RecordNames())
            records += page.sink.names
            query.after = page.until
            if !page.hasMore { return (records, page.until) }
        }
    }

    /// Members go on from the cursors that they had: nothing comes to them again, what they had not read yet does, and so does what is new.
    static func checkMembers(from source: TestEngine, to target: TestEngine) async throws {
        var file = URL(filePath: "/")
        var cursors: [String: Cursor] = [:]
        let inFamily = #","spaceId":"family""#
        try await source.run(backup: BackupServer.withKey) { server in
            for index in 0..<6 { try await server.push(insertion("old\(index)", more: inFamily)) }
            let grants = try #require(server.harness.plan.service(.spaceGrants))
            for user in ["bert", "carl", "anna"] {
                let access = user == "carl" ? SpaceAccess.readOnly : .readWrite
                try await grants.grant([SpaceID("family"): access], to: UserID(user), askedBefore: .zero)
            }
            try await server.push(insertion("new", more: inFamily))
            let bert = try await shared(server, by: "bert", limit: 2)
            #expect(bert.records == (0..<6).map { "old\($0)" } + ["new"])
            cursors["bert"] = bert.until
            // In the middle of what is inherited.
            var query = ChangeQuery(
                user: UserID("bert"), client: nil, app: try #require(AppID("todo")), after: .beginning, limit: 3)
            query.includesSpaces = true
            let log = try #require(server.harness.plan.service(.changeLog))
            cursors["half"] = try await log.read(query, into: RecordNames()).until
            file = try await bundle(of: server)
        }
        defer { try? FileManager.default.removeItem(at: file) }
        try await target.run(backup: BackupServer.withKey) { server in
            try await restore(file, into: server)
            let grants = try #require(server.harness.plan.service(.spaceGrants))
            #expect(try await grants.grantedSpaces(of: UserID("bert")) == [SpaceID("family")])
            let wholeLog = try #require(server.harness.plan.service(.wholeLog))
            let access = try await wholeLog.withSnapshot { snapshot in
                try await snapshot.next(of: .grants, limit: PageLimit(rows: 10)).map { $0.values.last }
            }
            #expect(access == [.integer(1), .integer(0), .integer(1)])
            // Whoever knows says the same again: nobody joins anew.
            for user in ["bert", "carl"] {
                #expect(try await !grants.grant([SpaceID("family"): .readWrite], to: UserID(user), askedBefore: .zero))
            }
            try await server.push(insertion("newest", more: inFamily))
            #expect(try await shared(server, by: "bert", after: cursors["bert"] ?? .beginning).records == ["newest"])
            #expect(
                try await shared(server, by: "bert", after: cursors["half"] ?? .beginning).records
                    == ["old3", "old4", "old5", "new", "newest"])
            #expect(
                try await shared(server, by: "carl").records == (0..<6).map { "old\($0)" } + ["new", "newest"])
            // Who was erased since is in no space any more.
            _ = try await server.send(.delete, "/backup/account", user: "bert", headers: [.confirm: "bert"])
            try await restore(file, into: server, isReplacing: true)
            #expect(try await grants.grantedSpaces(of: UserID("bert")) == [])
            #expect(try await grants.grantedSpaces(of: UserID("carl")) == [SpaceID("family")])
        }
    }

    @Test("brings back who is in which space, so that their cursors hold")
    func members() async throws {
        try await Self.checkMembers(from: .sqlite, to: .sqlite)
    }

    @Test("erases again in its own transaction: before that nothing of it can be seen, whenever it is broken off")
    func oneTransaction() async throws {
        try await BackupServer.run(backup: BackupServer.withKey) { server in
            try await Self.fill(server)
            let file = try await Self.bundle(of: server)
            defer { try? FileManager.default.removeItem(at: file) }
            _ = try await server.send(.delete, "/backup/account", headers: [.confirm: "anna"])
            struct Killed: Error {}
            // The process ends as soon as the rows are there.
            await #expect(throws: BackupError.self) {
                _ = try await Self.tool(server).restore(file.path, isReplacing: true, isRehearsal: false) {
                    throw Killed()
                }
            }
            try await server.reopen()
            #expect(try await server.lines(of: "anna").isEmpty)
            #expect(try await server.lines(of: "bert").count == 1)
        }
    }

    @Test("refuses a database that holds anything; with --replace it makes a backup of it first, which brings it back")
    func replacing() async throws {
        try await BackupServer.run(backup: BackupServer.withKey) { server in
            try await server.push(insertion("first"))
            let file = try await Self.bundle(of: server)
            defer { try? FileManager.default.removeItem(at: file) }
            let first = try await server.rows()
            try await server.push(insertion("second"))
            let second = try await server.rows()
            await #expect(throws: BackupError.self) { try await Self.restore(file, into: server) }
            #expect(try await server.rows() == second)
            let restored = try await Self.restore(file, into: server, isReplacing: true)
            #expect(try await server.rows() == first)
            let safety = try #require(restored.safetyBackup)
            _ = try await Self.tool(server).restore(safety, isReplacing: true, isRehearsal: false) {
                try await server.reopen()
            }
            #expect(try await server.rows() == second)
        }
    }

    @Test("as a rehearsal changes nothing, and says what would be")
    func rehearsal() async throws {
        try await BackupServer.run(backup: BackupServer.withKey) { server in
            try await server.push(insertion("a"))
            let file = try await Self.bundle(of: server)
            defer { try? FileManager.default.removeItem(at: file) }
            try await server.push(insertion("b"))
            let before = try await server.rows()
            let backups = try await server.backups.catalog.latest(limit: 10)
            let restored = try await Self.restore(file, into: server, isReplacing: true, isRehearsal: true)
            #expect(restored.rowCounts == ["todo": 1] && restored.safetyBackup == nil)
            #expect(try await server.rows() == before)
            #expect(try await server.backups.catalog.latest(limit: 10) == backups)
        }
    }

    @Test("of a bundle that is cut off or tampered with changes nothing", arguments: [1, 100, -1, -30])
    func damaged(place: Int) async throws {
        try await BackupServer.run(backup: BackupServer.withKey) { server in
            try await Self.fill(server)
            let file = try await Self.bundle(of: server)
            defer { try? FileManager.default.removeItem(at: file) }
            var bytes = try Data(contentsOf: file)
            if place < 0 { bytes.removeLast(-place) } else { bytes[place] ^= 4 }
            try bytes.write(to: file)
            let before = try await server.rows()
            await #expect(throws: BackupError.self) {
                try await Self.restore(file, into: server, isReplacing: true)
            }
            #expect(try await server.rows() == before)
        }
    }

    @Test("erases again who was erased since the backup, and keeps what they wrote after that")
    func erased() async throws {
        try await BackupServer.run(backup: BackupServer.withKey) { server in
            try await Self.fill(server)
            let file = try await Self.bundle(of: server)
            defer { try? FileManager.default.removeItem(at: file) }
            let erasure = try await server.send(.delete, "/backup/account", headers: [.confirm: "anna"])
            #expect(erasure.text.contains(#""backups":{"exist":true}"#))
            let restored = try await Self.restore(file, into: server, isReplacing: true)
            #expect(restored.erased == 3)
            #expect(try await server.lines(of: "anna").isEmpty)
            #expect(try await server.lines(of: "bert").count == 1)
            try await server.push(insertion("back"))
            #expect(try await server.lines(of: "anna").count == 1)
        }
    }

    @Test("into a new database knows of erasures by the ledger beside the artifacts")
    func ledgerBesideArtifacts() async throws {
        let shared = FileManager.default.temporaryDirectory.appending(path: "artifacts-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: shared) }
        var id = ""
        try await BackupServer.run(backup: BackupServer.withKey, artifacts: shared) { server in
            try await Self.fill(server)
            id = try await server.makeBackup().id
            _ = try await server.send(.delete, "/backup/account", headers: [.confirm: "anna"])
        }
        let name = try #require(TemporaryDirectory.names(in: shared).first { $0.contains(id) })
        try await BackupServer.run(backup: BackupServer.withKey, artifacts: shared) { server in
            let restored = try await Self.restore(URL(filePath: "\(shared)/\(name)"), into: server)
            #expect(restored.erased == 3)
            #expect(try await server.lines(of: "anna").isEmpty)
            #expect(try await server.lines(of: "bert").count == 1)
        }
    }

    @Test("of what there is not says so")
    func unknown() async throws {
        try await BackupServer.run(backup: BackupServer.withKey) { server in
            do {
                try await Self.restore(URL(filePath: "/nowhere/x"), into: server)
                Issue.record("restored nothing")
            } catch let error as BackupError {
                #expect(error.code == .notFound)
            }
        }
    }
}

/// Keeps the names of the records of a page.
private struct RecordNames: ChangeSink {
    private(set) var names: [String] = []
    private(set) var writtenBytes = 0

    mutating func append(_ row: borrowing ChangeRow) {
        names.append(String(decoding: row.record, as: UTF8.self))
        writtenBytes += 1
    }
}

extension HTTPField.Name {
    static let confirm = HTTPField.Name.known("X-Confirm-Erase")
}
