import Domain
import PostgresClient
import Testing

@testable import PostgresStore

@Suite("The whole log on PostgreSQL")
struct WholeLogTests {
    /// What is no part of a bundle, each for a reason.
    private static let leftOut = [
        "sync_push_receipts": "they tell of clients that are waiting now",
        "sync_erasure_key": "the ledger of erasures is an entry of its own",
        "sync_erasures": "the ledger of erasures is an entry of its own",
        "sync_migrations": "the database's own",
    ]

    /// What is computed of the rest when it is stored, or stands for rows in their database alone: bundles name grants by user and space. Ended grants
    /// are not in them.
    private static let ownColumns: [LogTable: Set<String>] = [
        .changes: ["payload_bytes"], .quarantine: ["seq"], .memberships: [],
        .grants: ["grant_id", "lock_key", "ended_at"], .inheritance: ["grant_id", "through_at", "through_id"],
        .inherited: ["grant_id"],
    ]

    @Test("every table of storage is in a bundle, column by column, or knowingly is not")
    func complete() async throws {
        try await PostgresStoreFixture.withStore { fixture in
            let columns = try await PostgresStoreFixture.withClient(at: fixture.database.url) { client in
                try await client.query(
                    PostgresStatement(
                        """
                        SELECT table_name::text, column_name::text FROM information_schema.columns
                        WHERE table_schema = current_schema()
                        """, isPrepared: false))
            }
            var tables: [String: Set<String>] = [:]
            for row in 0..<columns.rowCount {
                tables[try #require(columns.string(row, 0)), default: []].insert(try #require(columns.string(row, 1)))
            }
            #expect(tables.count == LogTable.allCases.count + Self.leftOut.count, "\(tables.keys.sorted())")
            let bundled = Set(LogTable.allCases.map(\.postgresName))
            for table in tables.keys { #expect(bundled.contains(table) || Self.leftOut[table] != nil, "\(table)") }
            for table in LogTable.allCases {
                let rest = tables[table.postgresName]?.subtracting(table.columns.map(\.storedName))
                #expect(rest == Self.ownColumns[table], "\(table)")
            }
        }
    }
}
