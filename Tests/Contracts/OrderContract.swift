import Domain
import Kernel
import Testing

let orderContract = [
    ContractCase("A push's changes come in the request's order, each with a place of its own") { fixture in
        let texts = (0..<50).map { "r\($0)" }
        let outcome = try await fixture.log.store(push(texts.map { insert($0) }))
        let rows = try await fixture.log.page().sink.rows
        #expect(rows.map(\.record) == texts)
        #expect(zip(rows, rows.dropFirst()).allSatisfy { $0.cursor < $1.cursor })
        #expect(outcome.stored == 50)
        #expect(outcome.written?.lowerBound == rows.first?.cursor)
        #expect(outcome.written?.upperBound == rows.last?.cursor)
    },
    ContractCase("Changes without an event id get one of their own, and keep it") { fixture in
        try await fixture.log.store(push([insert("a"), insert("b")]))
        let rows = try await fixture.log.page().sink.rows
        #expect(Set(rows.map(\.eventID)).count == 2)
        #expect(try await fixture.log.page().sink.rows == rows)
    },
    ContractCase("A push is in the log of a server that starts after it was acknowledged") { fixture in
        try await fixture.log.store(push([insert("a"), insert("b")]))
        let before = try await fixture.log.page().sink.rows
        try await fixture.reopen()
        #expect(try await fixture.log.page().sink.rows == before)
        try await fixture.log.store(push([insert("c")]))
        #expect(try await fixture.log.page().records == ["a", "b", "c"])
    },
    ContractCase("A change that cannot be stored takes its whole push with it, and nothing else") { fixture in
        try await fixture.log.store(push([insert("before")]))
        var broken = insert("broken", eventID: .numbered(1))
        broken.schemaVersion = 0
        await #expect(throws: StoreError.self) {
            try await fixture.log.store(push([insert("first", eventID: .numbered(2)), broken, insert("last")]))
        }
        #expect(try await fixture.log.page().records == ["before"])
        broken.schemaVersion = 1
        let retried = try await fixture.log.store(
            push([insert("first", eventID: .numbered(2)), broken, insert("last")]))
        #expect(retried.stored == 3)
        #expect(try await fixture.log.page().records == ["before", "first", "broken", "last"])
    },
    ContractCase("An empty push stores nothing and answers the delta") { fixture in
        try await fixture.log.store(push([insert("a")]))
        let (outcome, page) = try await fixture.log.storeAndRead(push([], client: laptop))
        #expect(outcome.stored == 0)
        #expect(outcome.written == nil)
        #expect(page.records == ["a"])
    },
    ContractCase("Ids of 512 bytes are kept and found") { fixture in
        func exact(_ letter: Character) -> String { String(repeating: letter, count: 512) }
        let user = UserID(exact("u"))
        let changes = ["x", "y"].map { last in
            var long = insert(exact("r"), table: exact("t").dropLast() + last)
            long.space = SpaceID(exact("s"))
            long.origin = exact("o")
            return long
        }
        let client = ClientID(exact("c"))
        try await fixture.log.store(push(changes, user: user, client: client))
        let table = TableName(exact("t").dropLast() + "y")
        let rows = try await fixture.log.page(of: user, client: laptop, tables: [table]).sink.rows
        #expect(rows.map(\.table) == [table.text])
        #expect(rows.first?.space == exact("s"))
        #expect(rows.first?.client == exact("c"))
        #expect(try await fixture.log.page(of: user, client: client).count == 0)
    },
]
