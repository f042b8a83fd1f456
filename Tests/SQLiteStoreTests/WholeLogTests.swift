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
        "space_memberships": "asked for anew", "space_grants": "granted anew", "space_inheritance": "granted anew",
        "inherited_changes": "granted anew", "sync_migrations": "the database's own",
        "schema_migrations": "the database's own", "migrations": "the database's own",
        "sqlite_sequence": "SQLite's own",
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
            #expect(Set(columns).subtracting(table.columns.map(\.storedName)) == ["seq"], "\(table)")
        }
    }
}
