import Domain
import KernelTesting
import PostgresClient
import PostgresFixture
import StoreContracts
import Testing

@testable import PostgresStore

@Suite("Cursors over a crash of the PostgreSQL server")
struct CrashTests {
    private static let family = SpaceID("family")

    private static func shared(_ text: String) -> PushedChange {
        var change = insert(text)
        change.space = family
        return change
    }

    private static func page(
        _ store: PostgresStore, of user: String, after: Cursor = .beginning, includesSpaces: Bool
    ) async throws -> ChangePage<RowCollector> {
        var query = ChangeQuery(user: UserID(user), client: nil, app: push([]).app, after: after, limit: 1000)
        query.includesSpaces = includesSpaces
        return try await store.read(query, into: RowCollector())
    }

    @Test(
        "Nothing gets a place below a cursor, though the crash takes back places that were drawn and the wall clock stands still",
        arguments: ["anna", "bert"], [false, true])
    func takenBack(user: String, includesSpaces: Bool) async throws {
        // What no commit wrote to the disk, nobody else shall.
        let server = try await PostgresServer(settings: ["wal_writer_delay = 10s"])
        var config = PostgresStoreConfig(url: server.url(password: PostgresDatabase.escapedPassword))
        config.wallClock = .server
        try await PostgresStoreMigration(url: config.url).run()
        let time = ManualTime(now: contractStart)
        var store = PostgresStore(config, time: time, logger: MemoryLog().logger())
        try await store.start()
        try await store.grant([Self.family: .readWrite], to: UserID(user), askedBefore: .zero)
        try await store.store(push([Self.shared("before")]))
        let before = try await PostgresStoreFixture.withClient(at: config.url) { [store] client in
            try await client.withSession { session in
                _ = try await session.query(PostgresStatement("BEGIN", isPrepared: false))
                // More than the server logs ahead.
                _ = try await session.query(
                    PostgresStatement(
                        "SELECT nextval('sync_change_clock') FROM generate_series(1, 100)", isPrepared: false))
                let page = try await Self.page(store, of: user, includesSpaces: includesSpaces)
                try await server.stop(.immediate)
                return page
            }
        }
        await store.stop()
        try await server.start()
        store = PostgresStore(config, time: time, logger: MemoryLog().logger())
        try await store.start()
        try await store.store(push([Self.shared("after")]))
        let after = try await Self.page(store, of: user, after: before.until, includesSpaces: includesSpaces)
        await store.stop()
        try await server.stop()
        let sees = includesSpaces || user == "anna"
        #expect(before.records == (sees ? ["before"] : []))
        #expect(after.records == (sees ? ["after"] : []))
    }
}
