import CSQLite
import Domain
import Foundation
import Kernel
import Testing

@testable import SQLiteStore

@Suite("The whole log on SQLite")
struct WholeLogTests {
    /// What is no part of a bundle, each for a reason.
    private static let leftOut = [
        "change_clock": "the manifest has the clock", "push_receipts": "they tell of clients that are waiting now",
        "erasure_key": "the ledger of erasures is an entry of its own",
        "erasures": "the ledger of erasures is an entry of its own",
        "sync_migrations": "the database's own",
        "schema_migrations": "the database's own", "migrations": "the database's own",
        "sqlite_sequence": "SQLite's own",
    ]

    /// What stands for rows in their database alone: bundles name grants by user and space, and changes by their ids. Ended grants are not in them.
    private static let numbers: [LogTable: Set<String>] = [
        .changes: ["seq"], .quarantine: ["seq"], .memberships: [], .grants: ["grant_id", "ended_at"],
        .inheritance: ["grant_id", "through_place", "through_seq"], .inherited: ["grant_id", "change_seq"],
    ]

    @Test("every table of storage is in a bundle, column by column, or knowingly is not")
    func complete() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "whole-log-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        let path = folder.appending(path: "log.db").path
        try SQLiteStore.migrate(path: path)
        let connection = try SQLiteConnection(path: path, for: .inspecting)
        let tables = try connection.texts("SELECT name FROM sqlite_master WHERE type = 'table'")
        let bundled = Set(LogTable.allCases.map(\.sqliteName))
        for table in tables {
            #expect(bundled.contains(table) || Self.leftOut[table] != nil, "\(table)")
        }
        for table in LogTable.allCases {
            let columns = try connection.texts("SELECT name FROM pragma_table_info('\(table.sqliteName)')")
            #expect(Set(columns).subtracting(table.columns.map(\.storedName)) == Self.numbers[table], "\(table)")
        }
    }
}
