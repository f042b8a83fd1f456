import Domain
import Foundation
import Kernel
import KernelTesting
import StoragePlugin
import Testing

@testable import BackupPlugin

/// An event of a user with an address, or of nobody in particular.
private func event(_ number: Int, email: String? = "anna@example.org", root: String? = nil) -> AuditEvent {
    var metadata = JSONObject()
    metadata.add("number", number)
    return AuditEvent(
        type: AuditEventType(rawValue: "test"), actorID: "anna \"quoted\"", actorEmail: email, scope: .org,
        scopeRoot: root, metadata: metadata.text)
}

@Suite("The audit log")
struct AuditLogTests {
    /// Lends a log on a database of its own, and the tables that it is in.
    static func withLog(_ use: (AuditLog, any PluginTables, ManualTime) async throws -> Void) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "audit-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        let harness = try PluginHarness(
            plugins: [StoragePlugin.self],
            yaml: #"storage: {sqlite: {path: "\#(folder.appending(path: "log.db").path)"}}"#)
        let storage = try #require(harness.plan.service(.pluginStorage))
        let tables = storage.tables(BackupSchema.schema)
        try await harness.run { harness in
            try await use(AuditLog(tables: tables, time: harness.time), tables, harness.time)
        }
    }

    @Test("Entries have numbers without gaps, come back newest first, and all follow one another")
    func chain() async throws {
        try await Self.withLog { log, _, time in
            let events = [event(1), event(2, email: nil, root: "a"), event(3)]
            for event in events { try await log.append(event) }
            let entries = try await log.latest(limit: 2)
            #expect(entries.map(\.number) == [3, 2])
            #expect(entries.map(\.event) == [events[2], events[1]])
            #expect(entries.allSatisfy { $0.createdAt == time.now })
            #expect(try await log.firstBroken() == nil)
        }
    }

    @Test("Those who write at the same time leave no gap and no fork")
    func together() async throws {
        try await Self.withLog { log, _, _ in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<12 { group.addTask { try await log.append(event(number)) } }
                try await group.waitForAll()
            }
            #expect(try await log.latest(limit: 100).map(\.number) == (1...12).reversed())
            #expect(try await log.firstBroken() == nil)
        }
    }

    @Test(
        "The database refuses to change and to remove an entry",
        arguments: ["UPDATE sync_backup_audit SET actor_id = 'nobody'", "DELETE FROM sync_backup_audit"])
    func appendOnly(statement: String) async throws {
        try await Self.withLog { log, tables, _ in
            try await log.append(event(1))
            await #expect(throws: StoreError.self) { try await tables.run(PluginStatement(statement)) }
            #expect(try await log.latest(limit: 1).map(\.event) == [event(1)])
        }
    }

    @Test(
        "Whoever takes the guard away and changes, removes or slips in an entry is found out, at that entry",
        arguments: [
            ("UPDATE sync_backup_audit SET actor_email = NULL WHERE number = 2", 2),
            ("UPDATE sync_backup_audit SET metadata = '{\"number\":9}' WHERE number = 3", 3),
            ("UPDATE sync_backup_audit SET created_at = created_at + 1 WHERE number = 1", 1),
            ("DELETE FROM sync_backup_audit WHERE number = 2", 2),
            ("DELETE FROM sync_backup_audit WHERE number = 1", 1),
            (
                """
                INSERT INTO sync_backup_audit SELECT 5, event_type, actor_id, actor_email, scope, scope_root, metadata,
                  created_at, digest FROM sync_backup_audit WHERE number = 4
                """, 5
            ),
        ])
    func tampering(statement: String, broken: Int64) async throws {
        try await Self.withLog { log, tables, _ in
            for number in 1...4 { try await log.append(event(number)) }
            for guardian in ["stays", "keeps"] {
                try await tables.run(PluginStatement("DROP TRIGGER sync_backup_audit_\(guardian)"))
            }
            try await tables.run(PluginStatement(statement))
            #expect(try await log.firstBroken() == broken)
        }
    }

    @Test("An entry's JSON has its members, escaped, and leaves out what there is not")
    func json() throws {
        let entry = try AuditEntry(
            number: 1, event: event(7, email: nil), createdAt: UnixTime(seconds: 1_767_225_600), after: nil)
        #expect(
            entry.json == #"{"id":1,"event_type":"test","actor_id":"anna \"quoted\"","scope":"org","#
                + #""metadata":{"number":7},"created_at":"2026-01-01T00:00:00.000000Z","sha256":"\#(entry.digest.hexadecimal)"}"#
        )
    }
}
