import Domain
import Kernel
import PostgresClient
import StoreContracts
import Testing

@testable import PostgresStore

@Suite("What begins a transaction, on PostgreSQL")
struct TransactionSettingsTests {
    private static let expected = [
        ("role", WorkingRole.name), ("app.current_user_id", "anna"), ("app.current_user_space_ids", ""),
        ("app.operator", ""), ("lock_timeout", "5s"), ("statement_timeout", "30s"), ("enable_seqscan", "off"),
        ("enable_bitmapscan", "off"), ("plan_cache_mode", "force_generic_plan"), ("jit", "off"),
    ]

    @Test("Every setting is made, whatever was set before, and gone with the transaction", arguments: expected)
    func settings(name: String, value: String) async throws {
        try await PostgresStoreFixture.withStore { fixture in
            try await PostgresStoreFixture.withClient(at: fixture.database.url) { client in
                try await client.withSession { session in
                    func setting() async throws -> String? {
                        try await session.query(
                            PostgresStatement("SELECT current_setting('\(name)', true)", isPrepared: false)
                        ).string(0, 0)
                    }
                    if name.hasPrefix("app.") {
                        _ = try await session.query(
                            PostgresStatement("SET \(name) = 'something else'", isPrepared: false))
                    }
                    let before = try await setting()
                    try await session.transaction {
                        _ = try await session.query(
                            PostgresStatement(
                                "SELECT sync_enter('\(WorkingRole.name)', 'anna', '', '5s', '30s')", isPrepared: false))
                        #expect(try await setting() == value)
                    }
                    #expect(try await setting() == before)
                    #expect(before != value)
                }
            }
        }
    }

    @Test(
        "The store refuses a database whose transactions keep one snapshot",
        arguments: ["repeatable read", "serializable"])
    func isolation(level: String) async throws {
        try await PostgresStoreFixture.withStore { fixture in
            let name = fixture.database.name
            try await fixture.database.run("ALTER DATABASE \(name) SET default_transaction_isolation = '\(level)'")
            let other = PostgresStore(PostgresStoreConfig(url: fixture.database.url))
            var code: StoreError.Code?
            do throws(StoreError) {
                try await other.start()
                await other.stop()
            } catch {
                code = error.code
            }
            #expect(code != nil)
            let error = await #expect(throws: PostgresError.self) {
                try await fixture.database.run("SELECT sync_enter('\(WorkingRole.name)', 'anna', '', '5s', '30s')")
            }
            #expect(error?.sqlState == "MS001")
        }
    }

    @Test(
        "A cursor that is ahead of the clock comes back to the last place, also where spaces are read",
        arguments: [false, true])
    func ahead(includesSpaces: Bool) async throws {
        try await PostgresStoreFixture.withStore { fixture in
            try await fixture.log.store(push([insert("a")]))
            var query = ChangeQuery(user: UserID("anna"), client: nil, app: push([]).app, after: .beginning)
            query.includesSpaces = includesSpaces
            let last = try await fixture.log.read(query, into: RowCollector()).until
            for (cursor, expected) in [
                (Cursor(UnixTime(microseconds: 1 << 54)), last), (last, last),
                (Cursor(UnixTime(microseconds: last.time.microseconds - 1)), last),
            ] {
                query.after = cursor
                #expect(try await fixture.log.read(query, into: RowCollector()).until == expected)
            }
        }
    }
}
