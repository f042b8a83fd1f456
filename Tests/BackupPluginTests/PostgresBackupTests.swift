import Domain
import HTTPTypes
import Kernel
import KernelTesting
import Testing

@testable import BackupPlugin

@Suite("A user's data on PostgreSQL")
struct PostgresBackupTests {
    @Test(
        "A log that moves from one engine to another has there the same events, byte for byte, but for createdAt",
        arguments: [(TestEngine.sqlite, TestEngine.postgres), (.postgres, .sqlite), (.postgres, .postgres)],
        100..<104 as Range<UInt64>)
    func roundTrip(engines: (TestEngine, TestEngine), seed: UInt64) async throws {
        try await RoundTripTests.check(seed, from: engines.0, to: engines.1)
    }

    @Test("An erasure removes all, is on record once for each, and another user's rows stay")
    func erasure() async throws {
        try await TestEngine.postgres.run { server in
            try await server.push(insertion("a", more: #","eventId":"\#(uuid(1))""#), user: "bert")
            try await server.push(insertion("b") + "," + insertion("taken", more: #","eventId":"\#(uuid(1))""#))
            for erased in [2, 0] {
                let answer = try await server.send(.delete, "/backup/account", headers: [.confirmErase: "anna"])
                #expect(answer.text.hasPrefix(#"{"erased":\#(erased)"#))
            }
            let contents = try ArchiveContents(try await server.export())
            #expect(contents.changes.isEmpty && contents.quarantined.isEmpty)
            #expect(try await server.lines(of: "bert").count == 1)
            let log = try server.auditLog()
            #expect(try await log.latest(limit: 10).map(\.event.type) == [.userErased, .userErased])
            #expect(try await log.firstBroken() == nil)
        }
    }

    @Test("Importing again stores nothing again, and every device gets what was imported")
    func repeated() async throws {
        try await TestEngine.postgres.run { server in
            let archive = try archive([line("a", eventID: 1), line("b", eventID: 2)])
            let answers = [try await server.restore(archive).text, try await server.restore(archive).text]
            #expect(answers[0].hasPrefix(#"{"imported":2,"duplicates":0,"#))
            #expect(answers[1].hasPrefix(#"{"imported":0,"duplicates":2,"#))
            let pull = try await server.send(
                .get, "/sync/todo/pull?collection=tasks&since=1970-01-01T00:00:00Z",
                headers: [.clientID: "phone"])
            #expect(pull.text.contains(#""id":"a""#) && pull.text.contains(#""id":"b""#))
        }
    }

    @Test(
        "The database refuses to change and to remove what is on record",
        arguments: [
            "UPDATE sync_backup_audit SET actor_id = 'nobody'", "DELETE FROM sync_backup_audit",
            "TRUNCATE sync_backup_audit",
        ])
    func appendOnly(statement: String) async throws {
        try await TestEngine.postgres.run { server in
            let log = try server.auditLog()
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<8 {
                    group.addTask {
                        try await log.append(
                            AuditEvent(
                                type: .userErased, actorID: "anna", actorEmail: "é@example.org", scope: .user,
                                metadata: #"{"b": 1,  "a":[1.0]}"#))
                    }
                }
                try await group.waitForAll()
            }
            let storage = try #require(server.harness.plan.service(.pluginStorage))
            let tables = storage.tables(BackupSchema.schema)
            await #expect(throws: StoreError.self) { try await tables.run(PluginStatement(statement)) }
            #expect(try await log.latest(limit: 100).map(\.number) == (1...8).reversed())
            #expect(try await log.firstBroken() == nil)
        }
    }
}

extension BackupServer {
    /// The server's audit log.
    func auditLog() throws -> AuditLog {
        let storage = try #require(harness.plan.service(.pluginStorage))
        return AuditLog(tables: storage.tables(BackupSchema.schema), time: harness.time)
    }
}

extension HTTPField.Name {
    fileprivate static let clientID = HTTPField.Name.known("X-Client-Id")
}
