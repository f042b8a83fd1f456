import Domain
import Kernel
import StoreContracts
import Synchronization
import Testing

@testable import PostgresStore

@Suite("Two servers over one PostgreSQL database")
struct InstancesTests {
    @Test(
        "Readers who follow cursors from server to server get every row once while both are pushed to",
        arguments: [1, 3, 100])
    func followers(limit: Int) async throws {
        try await PostgresStoreFixture.withTwoStores { fixture, other in
            let stores = [fixture.store, other]
            let writers = Writers()
            let seen = try await withThrowingTaskGroup(of: [StoredChange].self) { group in
                for writer in 0..<6 {
                    group.addTask {
                        for round in 0..<25 {
                            let texts = (0...(round % 3)).map { "w\(writer)-\(round)-\($0)" }
                            try await stores[(writer + round) % 2].store(
                                push(texts.map { insert($0) }, client: ClientID("c\(writer)")))
                        }
                        writers.left.withLock { $0 -= 1 }
                        return []
                    }
                }
                group.addTask {
                    var rows: [StoredChange] = []
                    var after = Cursor.beginning
                    for turn in 0... {
                        let isWriting = writers.left.withLock { $0 > 0 }
                        let page = try await stores[turn % 2].page(after: after, limit: limit)
                        try #require(page.until >= after)
                        rows += page.sink.rows
                        after = page.until
                        guard isWriting || page.hasMore else { break }
                    }
                    return rows
                }
                return try await group.reduce(into: []) { $0 += $1 }
            }
            let all = try await fixture.log.everything()
            #expect(seen == all)
            #expect(Set(seen.map(\.record)).count == 6 * 49)
        }
    }

    @Test("A retry at the other server stores nothing again")
    func retryElsewhere() async throws {
        try await PostgresStoreFixture.withTwoStores { fixture, other in
            let changes = [
                insert("a"), insert("b", eventID: EventID(high: 1, low: 1)), insert("c", refusal: .readOnly),
            ]
            try await fixture.store.store(push(changes))
            let again = try await other.store(push(changes))
            #expect(again.stored == 0)
            #expect(again.duplicates == 2)
            #expect(again.rejections.map(\.reason) == [.readOnly])
            #expect(try await fixture.quarantined(of: UserID("anna")) == 1)
        }
    }

    @Test("A push at one server is told of at the other")
    func notices() async throws {
        try await PostgresStoreFixture.withTwoStores { fixture, other in
            let news = AsyncStream.makeStream(of: ChangeNews.self)
            let subscription = other.notices.subscribe { news.continuation.yield($0) }
            var shared = insert("s", table: "täble, 1:2")
            shared.space = SpaceID("family")
            var told: Set<ChangeNotice> = []
            try await fixture.store.store(push([insert("a"), insert("b", table: "notes"), shared]))
            for await next in news.stream {
                guard case .committed(let notices) = next else { continue }
                told.formUnion(notices)
                if told.count == 2 { break }
            }
            subscription.cancel()
            let todo = try #require(AppID("todo"))
            let (anna, phone) = (UserID("anna"), ClientID("phone"))
            #expect(
                told == [
                    ChangeNotice(
                        author: anna, client: phone, app: todo, tables: [TableName("tasks"), TableName("notes")]),
                    ChangeNotice(
                        author: anna, client: phone, app: todo, space: SpaceID("family"),
                        tables: [TableName("täble, 1:2")]),
                ])
        }
    }

    @Test("When the listening connection is cut, the listeners hear of a gap once it is back")
    func cutListener() async throws {
        try await PostgresStoreFixture.withTwoStores { fixture, other in
            let news = AsyncStream.makeStream(of: ChangeNews.self)
            let subscription = other.notices.subscribe { news.continuation.yield($0) }
            try await fixture.database.run(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN%' AND datname = current_database()"
            )
            for await next in news.stream where next == .gap { break }
            try await fixture.store.store(push([insert("a")]))
            for await next in news.stream {
                if case .committed = next { break }
            }
            subscription.cancel()
        }
    }
}

/// How many writers are still at work.
private final class Writers: Sendable {
    let left = Mutex(6)
}
