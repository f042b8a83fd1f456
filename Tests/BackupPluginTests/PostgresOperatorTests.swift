import HTTPTypes
import KernelTesting
import ManaFormat
import Testing

@testable import BackupPlugin

@Suite("The operator's backups on PostgreSQL", .timeLimit(.minutes(3)))
struct PostgresOperatorTests {
    @Test("a run stores a bundle, reads it back, and is on record")
    func run() async throws {
        try await BackupRunTests.run(on: .postgres)
    }

    @Test(
        "a restore brings back rows and cursors exactly, from either engine into either",
        arguments: [(TestEngine.sqlite, TestEngine.postgres), (.postgres, .sqlite), (.postgres, .postgres)])
    func restore(engines: (TestEngine, TestEngine)) async throws {
        try await RestoreTests.check(from: engines.0, to: engines.1)
    }

    @Test(
        "a restore brings back who is in which space, so that their cursors hold, from either engine into either",
        arguments: [(TestEngine.sqlite, TestEngine.postgres), (.postgres, .sqlite), (.postgres, .postgres)])
    func members(engines: (TestEngine, TestEngine)) async throws {
        try await RestoreTests.checkMembers(from: engines.0, to: engines.1)
    }

    @Test("a restore of an SQLite file brings back rows and cursors exactly")
    func database() async throws {
        try await DatabaseRestoreTests.check(into: .postgres)
    }

    @Test("of several instances that are due at once, one starts the run")
    func schedule() async throws {
        try await BackupSchedulerTests.twoInstances(on: .postgres)
    }

    @Test("the one-click snapshot is a bundle, checked, and can be restored")
    func snapshot() async throws {
        try await TestEngine.postgres.run(backup: BackupServer.withKey) { server in
            try await RestoreTests.fill(server)
            let answer = try await server.operate(.get, "/api/backup")
            #expect(answer.status == .ok)
            #expect(answer.headers[.contentDisposition]?.contains(".mana") == true)
            let decoder = try BundleDecoder()
            _ = try await decoder.take(answer.body, keepsRows: false)
            #expect(try await decoder.finish().manifest.rowCounts == ["todo": 3, "notes": 1, "bulk": 25])
        }
    }

    @Test("a restore refuses a database that holds anything, and replaces it when told to")
    func replacing() async throws {
        try await TestEngine.postgres.run(backup: BackupServer.withKey) { server in
            try await RestoreTests.fill(server)
            let file = try await RestoreTests.bundle(of: server)
            let before = try await server.rows()
            try await server.push(insertion("later"))
            await #expect(throws: BackupError.self) { try await RestoreTests.restore(file, into: server) }
            let restored = try await RestoreTests.restore(file, into: server, isReplacing: true)
            #expect(restored.safetyBackup != nil)
            #expect(try await server.rows() == before)
            _ = try await server.send(.delete, "/backup/account", headers: [.confirm: "anna"])
            #expect(try await RestoreTests.restore(file, into: server, isReplacing: true).erased == 3)
            #expect(try await server.lines(of: "anna").isEmpty)
        }
    }
}
