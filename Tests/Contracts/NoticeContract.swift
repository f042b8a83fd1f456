import Domain
import Synchronization
import Testing

/// What ``ChangeNotices`` promises.
let noticeContract: [ContractCase] = [
    ContractCase("A push is told of before its answer, with author, client, app and tables") { fixture in
        let listener = NoticeCollector(fixture.notices)
        try await fixture.log.store(
            push([insert("a"), insert("b", table: "notes"), insert("c")], user: anna, client: phone))
        let expected = ChangeNotice(
            author: anna, client: phone, app: todo, tables: [TableName("tasks"), TableName("notes")])
        #expect(listener.notices == [expected])
        try await fixture.log.store(push([insert("d")], client: nil))
        #expect(listener.notices.last?.client == nil)
    },
    ContractCase("Whoever is told of a push can read it") { fixture in
        let told = AsyncStream.makeStream(of: ChangeNews.self)
        let subscription = fixture.notices.subscribe { told.continuation.yield($0) }
        async let stored = fixture.log.store(push([insert("a")]))
        for await _ in told.stream { break }
        #expect(try await fixture.log.page().records == ["a"])
        _ = try await stored
        subscription.cancel()
    },
    ContractCase("What belongs to a space is told of apart, and names no other table") { fixture in
        let listener = NoticeCollector(fixture.notices)
        var (shared, other) = (insert("a", table: "plans"), insert("b", table: "budget"))
        shared.space = SpaceID("family")
        other.space = SpaceID("work")
        try await fixture.log.store(push([shared, insert("c", table: "diary"), other]))
        let tables = Dictionary(uniqueKeysWithValues: listener.notices.map { ($0.space, $0.tables) })
        #expect(
            tables == [
                nil: [TableName("diary")], SpaceID("family"): [TableName("plans")],
                SpaceID("work"): [TableName("budget")],
            ])
    },
    ContractCase("A push into many tables is told of in several notices, each of them bounded") { fixture in
        let listener = NoticeCollector(fixture.notices)
        let names = (0..<(2 * ChangeNotice.mostTables + 1)).map { "t\($0)" }
        try await fixture.log.store(push(names.map { insert($0, table: $0) }))
        #expect(listener.notices.count == 3)
        #expect(listener.notices.allSatisfy { $0.tables.count <= ChangeNotice.mostTables })
        #expect(Set(listener.notices.flatMap(\.tables)) == Set(names.map { TableName($0) }))
    },
    ContractCase("A push that stores nothing is not told of: empty, known already, or refused") { fixture in
        try await fixture.log.store(push([insert("a"), insert("b", eventID: .numbered(1))]))
        let listener = NoticeCollector(fixture.notices)
        try await fixture.log.store(push([]))
        try await fixture.log.store(push([insert("a"), insert("b", eventID: .numbered(1))]))
        try await fixture.log.store(push([insert("c", refusal: .notAMember)], client: laptop))
        try await fixture.log.store(push([insert("d", eventID: .numbered(1))], user: UserID("bert")))
        #expect(listener.notices.isEmpty)
    },
    ContractCase("Of a push that stores some of its changes, only their tables are told") { fixture in
        try await fixture.log.store(push([insert("a", eventID: .numbered(1))]))
        let listener = NoticeCollector(fixture.notices)
        try await fixture.log.store(
            push([
                insert("a", eventID: .numbered(1)), insert("b", table: "notes"),
                insert("c", table: "plans", refusal: .readOnly),
            ]))
        #expect(listener.notices.map(\.tables) == [[TableName("notes")]])
    },
    ContractCase("Every one of many pushes at once is told of") { fixture in
        let listener = NoticeCollector(fixture.notices)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<40 {
                group.addTask {
                    try await fixture.log.store(push([insert("r\(number)")], user: UserID("user\(number)")))
                }
            }
            try await group.waitForAll()
        }
        #expect(listener.notices.count == 40)
        #expect(Set(listener.notices.map(\.author)).count == 40)
    },
    ContractCase("A subscription that is cancelled hears nothing more; others go on") { fixture in
        let (first, second) = (NoticeCollector(fixture.notices), NoticeCollector(fixture.notices))
        first.subscription.cancel()
        try await fixture.log.store(push([insert("a")]))
        #expect(first.notices.isEmpty)
        #expect(second.notices.count == 1)
    },
]

/// Keeps the notices that it is sent.
final class NoticeCollector: Sendable {
    private final class Storage: Sendable {
        let notices = Mutex<[ChangeNotice]>([])
    }

    private let storage = Storage()
    let subscription: ChangeSubscription

    init(_ notices: any ChangeNotices) {
        subscription = notices.subscribe { [storage] news in
            guard case .committed(let notices) = news else { return }
            storage.notices.withLock { $0 += notices }
        }
    }

    var notices: [ChangeNotice] { storage.notices.withLock { $0 } }
}
