import Domain
import StoreContracts
import Testing

@testable import SQLiteStore

extension SQLiteFixture: PluginTablesFixture {
    func reopen(declaring schema: PluginSchema) async throws -> any PluginTables {
        var tables: (any PluginTables)?
        try await reopen { tables = $0.tables(schema) }
        return try #require(tables)
    }
}

@Suite("The tables of plugins, on SQLite")
struct PluginTablesTests {
    @Test("Promise", arguments: pluginTablesContract)
    func promise(_ promise: PluginTablesCase) async throws {
        try await promise.check(on: SQLiteFixture())
    }

    @Test("Nothing runs once the store is closed")
    func closed() async throws {
        try await SQLiteFixture.withStore { fixture in
            let tables = fixture.store.tables(PluginSchema(owner: "none", migrations: []))
            await fixture.store.stop()
            let error = await #expect(throws: StoreError.self) { try await tables.run(PluginStatement("SELECT 1")) }
            #expect(error?.code == .unavailable)
        }
    }
}
