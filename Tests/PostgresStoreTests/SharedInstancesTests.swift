import Domain
import StoreContracts
import Synchronization
import Testing

@testable import PostgresStore

@Suite("Spaces on several servers over one PostgreSQL database")
struct SharedInstancesTests {
    private static let bert = UserID("bert")
    private static let family = SpaceID("family")

    private func page(
        _ log: PostgresStore, after: Cursor = .beginning, limit: Int = 1000
    ) async throws -> ChangePage<RowCollector> {
        var query = ChangeQuery(
            user: Self.bert, client: nil, app: push([]).app, after: after, limit: limit)
        query.includesSpaces = true
        return try await log.read(query, into: RowCollector())
    }

    private static func shared(_ text: String) -> PushedChange {
        var change = insert(text)
        change.space = family
        return change
    }

    @Test("What one server learns of a user's spaces holds at the other, which is told of it")
    func grants() async throws {
        try await PostgresStoreFixture.withTwoStores { fixture, other in
            let news = AsyncStream.makeStream(of: ChangeNews.self)
            let subscription = other.notices.subscribe { news.continuation.yield($0) }
            try await fixture.store.store(push([Self.shared("a")]))
            try await fixture.store.grant([Self.family: .readWrite], to: Self.bert, askedBefore: .zero)
            for await next in news.stream where next == .grantsChanged(Self.bert) { break }
            subscription.cancel()
            #expect(try await page(other).records == ["a"])
            #expect(try await page(other).spaces == [Self.family])
            // What the other one heard before that is old.
            #expect(try await other.grant([:], to: Self.bert, askedBefore: .seconds(1)) == false)
            #expect(try await other.grantedSpaces(of: Self.bert) == [Self.family])
        }
    }

    @Test("A reader at one server gets what is written at both once each, while grants come and go at both")
    func exactlyOnce() async throws {
        try await PostgresStoreFixture.withTwoStores { fixture, other in
            let stores = [fixture.store, other]
            try await fixture.store.grant([Self.family: .readWrite], to: Self.bert, askedBefore: .zero)
            let working = Working(7)
            let seen = try await withThrowingTaskGroup(of: [String].self) { group in
                for writer in 0..<6 {
                    group.addTask {
                        for round in 0..<25 {
                            try await stores[writer % 2].store(
                                push([Self.shared("\(writer)/\(round)")], user: UserID("w\(writer)")))
                        }
                        working.end()
                        return []
                    }
                }
                group.addTask {
                    for round in 0..<20 {
                        var spaces = [Self.family: round % 3 == 0 ? SpaceAccess.readOnly : .readWrite]
                        if round % 2 == 0 { spaces[SpaceID("s\(round)")] = .readWrite }
                        try await stores[round % 2].grant(spaces, to: Self.bert, askedBefore: .zero)
                    }
                    working.end()
                    return []
                }
                group.addTask {
                    var (records, after): ([String], Cursor) = ([], .beginning)
                    while true {
                        let isWorking = working.isUnderWay
                        let page = try await page(stores[records.count % 2], after: after, limit: 3)
                        try #require(page.until >= after)
                        records += page.records
                        after = page.until
                        guard isWorking || page.hasMore else { return records }
                    }
                }
                return try await group.reduce(into: []) { $0 += $1 }
            }
            #expect(seen.count == 150)
            #expect(Set(seen).count == 150)
            #expect(try await page(other).records == seen)
        }
    }
}

/// How many are still at work.
private final class Working: Sendable {
    private let left: Mutex<Int>

    init(_ count: Int) { left = Mutex(count) }

    var isUnderWay: Bool { left.withLock { $0 > 0 } }

    func end() { left.withLock { $0 -= 1 } }
}
