import Domain
import StoreContracts
import Testing

@testable import PostgresStore

extension PostgresStoreFixture: PluginTablesFixture {
    func reopen(declaring schema: PluginSchema) async throws -> any PluginTables {
        var tables: (any PluginTables)?
        try await reopen { tables = $0.tables(schema) }
        return try #require(tables)
    }
}

@Suite("The tables of plugins, on PostgreSQL")
struct PluginTablesTests {
    @Test("Promise", arguments: pluginTablesContract)
    func promise(_ promise: PluginTablesCase) async throws {
        try await promise.check(on: PostgresStoreFixture())
    }

    @Test(
        "Promise, through PgBouncer in transaction mode", .enabled(if: PgBouncer.isInstalled),
        arguments: pluginTablesContract)
    func pooledPromise(_ promise: PluginTablesCase) async throws {
        try await promise.check(on: PostgresStoreFixture(through: PgBouncer.shared()))
    }

    @Test("A plugin's statements see nothing of a user's rows")
    func rowSecurity() async throws {
        try await PostgresStoreFixture.withStore { fixture in
            try await fixture.log.store(push([insert("a")]))
            let tables = fixture.store.tables(PluginSchema(owner: "none", migrations: []))
            #expect(try await tables.run(PluginStatement("SELECT count(*) FROM sync_changes")).rows == [[.integer(0)]])
        }
    }

    @Test("A value of another type is refused, with the remedy")
    func otherType() async throws {
        try await PostgresStoreFixture.withStore { fixture in
            let tables = fixture.store.tables(PluginSchema(owner: "none", migrations: []))
            let error = await #expect(throws: StoreError.self) {
                try await tables.run(PluginStatement("SELECT now()"))
            }
            #expect(error?.message.contains("cast") == true)
        }
    }
}
