import Domain
import PostgresClient
import PostgresFixture
import StoreContracts
import Testing

@testable import PostgresStore

@Suite("Outages of the PostgreSQL server")
struct OutageTests {
    /// Lends a store on a server of its own.
    private func withStore(
        maxWait: Duration, _ use: (PostgresStore, PostgresServer) async throws -> Void
    ) async throws {
        let server = try await PostgresServer()
        let config = PostgresStoreConfig(
            url: server.url(password: PostgresDatabase.escapedPassword), maxWait: maxWait)
        try await PostgresStoreMigration(url: config.url).run()
        let store = PostgresStore(config)
        try await store.start()
        let outcome: Result<Void, any Error>
        do { outcome = .success(try await use(store, server)) } catch { outcome = .failure(error) }
        await store.stop()
        try await server.stop()
        try outcome.get()
    }

    /// What a push failed with.
    private func store(_ record: String, as writer: Int, in log: PostgresStore) async -> StoreError.Code? {
        let push = push([insert(record)], user: UserID("u\(writer)"), client: ClientID("c\(writer)"))
        let query = ChangeQuery(user: push.user, client: push.client, app: push.app, after: push.since)
        do throws(StoreError) {
            _ = try await log.append(push, thenReading: query, into: RowCollector())
            return nil
        } catch {
            return error.code
        }
    }

    @Test(
        "A lasting outage is told to pushes, also to those that wait for others, and to reads; nobody waits in turn",
        .timeLimit(.minutes(5)))
    func lasting() async throws {
        try await withStore(maxWait: .seconds(1)) { log, server in
            #expect(await store("before", as: 0, in: log) == nil)
            try await server.stop(.immediate)
            // Sixteen in turn for each of four lanes, and if each waited its own second again for each attempt, this would take long.
            for round in 0..<50 {
                let codes = await withTaskGroup(of: StoreError.Code?.self) { group in
                    for writer in 0..<100 {
                        group.addTask { await store("\(round)/\(writer)", as: writer, in: log) }
                    }
                    return await group.reduce(into: []) { $0.append($1) }
                }
                #expect(codes.allSatisfy { $0 == .unavailable })
                await #expect(throws: StoreError.self) { try await log.page(of: UserID("u0")) }
                await #expect(throws: StoreError.self) { try await log.healthCheck() }
            }
            try await server.start()
            while await store("after", as: 0, in: log) != nil {}
            #expect(try await log.page(of: UserID("u0")).records == ["before", "after"])
        }
    }

    @Test("A restart is waited through: pushes that come meanwhile are stored, each once", .timeLimit(.minutes(5)))
    func restart() async throws {
        try await withStore(maxWait: .seconds(60)) { log, server in
            #expect(await store("before", as: 0, in: log) == nil)
            try await server.stop(.immediate)
            try await withThrowingTaskGroup(of: StoreError.Code?.self) { group in
                for writer in 0..<40 {
                    group.addTask { await store("meanwhile", as: writer, in: log) }
                }
                try await server.start()
                while let code = try await group.next() { #expect(code == nil) }
            }
            for writer in 1..<40 {
                #expect(try await log.page(of: UserID("u\(writer)")).records == ["meanwhile"])
            }
            #expect(try await log.page(of: UserID("u0")).records == ["before", "meanwhile"])
        }
    }
}
