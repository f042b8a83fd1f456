import Domain
import Kernel
import PostgresClient
import StoreContracts
import Testing

@testable import PostgresStore

extension PostgresStoreFixture: UserLogFixture {
    var userLog: any UserLog { store }
}

@Suite("A user's whole log, on PostgreSQL")
struct UserLogTests {
    @Test("Promise", arguments: userLogContract)
    func promise(_ promise: UserLogCase) async throws {
        try await promise.check(on: PostgresStoreFixture())
    }

    @Test(
        "Promise, through PgBouncer in transaction mode", .enabled(if: PgBouncer.isInstalled),
        arguments: userLogContract)
    func pooledPromise(_ promise: UserLogCase) async throws {
        try await promise.check(on: PostgresStoreFixture(through: PgBouncer.shared()))
    }

    @Test("Without the operator's policy erasures are not applied again: nobody is there to be found")
    func operatorPolicy() async throws {
        try await PostgresStoreFixture.withStore { fixture in
            try await fixture.log.store(push([insert("a")]))
            var ledger = try await fixture.store.erasureLedger()
            let key = try #require(ErasureKey(ledger.secret))
            let later = contractStart.advanced(by: .seconds(60))
            ledger.entries = [
                .init(pseudonym: try key.pseudonym(of: UserID("anna")), place: Cursor(later), erasedAt: later)
            ]
            try await fixture.database.run(
                "ALTER POLICY sync_changes_operator ON sync_changes USING (false)",
                "ALTER POLICY sync_push_receipts_operator ON sync_push_receipts USING (false)")
            #expect(try await fixture.store.reapply([ledger]).erased == 0)
            try await fixture.database.run(
                """
                ALTER POLICY sync_changes_operator ON sync_changes
                  USING ((SELECT current_setting('app.operator', true)) = 'on')
                """)
            #expect(try await fixture.store.reapply([ledger]).erased == 1)
        }
    }

    @Test("A page of large rows has as many as its bytes allow, and one at least")
    func largeRows() async throws {
        try await PostgresStoreFixture.withStore { fixture in
            let texts = (0..<6).map { String(repeating: "\($0)", count: 100_000) }
            try await fixture.log.store(push(texts.map { insert(String($0.prefix(3)), text: $0) }))
            let extent = try await fixture.store.extent(of: UserID("anna"))
            var counts: [Int] = []
            var after = Cursor.beginning
            var hasMore = true
            while hasMore {
                let page = try await fixture.store.read(
                    extent, after: after, limit: PageLimit(bytes: 250_000), into: RowCollector())
                (after, hasMore) = (page.until, page.hasMore)
                counts.append(page.count)
            }
            #expect(counts == [2, 2, 2])
        }
    }

    @Test("Rows of another server that share a place come whole, each once", arguments: [1, 2, 3, 7])
    func sharedPlaces(limit: Int) async throws {
        try await PostgresStoreFixture.withStore { fixture in
            try await fixture.database.run(
                """
                INSERT INTO sync_changes (app_id, table_name, record_id, user_id, op, data, created_at)
                SELECT 'todo', 'tasks', n::text, 'anna', 'insert', '{}', timestamptz '2025-01-01' + n / 4 * interval '1 s'
                FROM generate_series(0, 11) AS n
                """)
            let extent = try await fixture.store.extent(of: UserID("anna"))
            var records: [String] = []
            var after = Cursor.beginning
            var hasMore = true
            while hasMore {
                let page = try await fixture.store.read(
                    extent, after: after, limit: PageLimit(rows: limit), into: RowCollector())
                (after, hasMore) = (page.until, page.hasMore)
                records += page.records
            }
            #expect(records.count == 12)
            #expect(Set(records) == Set((0..<12).map { "\($0)" }))
        }
    }
}

/// An insert of a record with much text.
private func insert(_ record: String, text: String) -> PushedChange {
    change(record, .insert, Payload(data: JSONText("\"\(text)\"")))
}
