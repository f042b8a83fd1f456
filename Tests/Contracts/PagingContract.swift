import Domain
import Kernel
import Testing

let pagingContract =
    [1, 2, 3, 7, 1000].map { limit in
        ContractCase("Pages of \(limit) give every row once, in order") { fixture in
            let texts = (0..<23).map { "r\($0)" }
            for text in texts { try await fixture.log.store(push([insert(text)])) }
            #expect(try await fixture.log.everything(limit: limit).map(\.record) == texts)
        }
    }
    + [0, 1, 4, 5, 6].map { count in
        ContractCase("With pages of 5 and \(count) rows, hasMore says what there is") { fixture in
            if count > 0 { try await fixture.log.store(push((0..<count).map { insert("r\($0)") })) }
            // Rows that the reader does not see are no reason to say that there is more.
            try await fixture.log.store(push([insert("other")], user: UserID("bert")))
            try await fixture.log.store(push([insert("own")], client: laptop))
            let page = try await fixture.log.page(client: laptop, limit: 5)
            #expect(page.count == min(count, 5))
            #expect(page.hasMore == (count > 5))
            if page.hasMore {
                #expect(page.until == page.sink.rows.last?.cursor)
            } else {
                #expect(try await fixture.log.page(client: laptop, after: page.until).count == 0)
            }
        }
    } + otherPaging

private let otherPaging = [
    ContractCase("A page ends before the row that would carry it past its bytes") { fixture in
        let large = String(repeating: "x", count: 1000)
        for index in 0..<5 {
            let data = JSONText("\"\(large)\"")
            try await fixture.log.store(push([change("r\(index)", .insert, Payload(data: data))]))
        }
        let page = try await fixture.log.page(byteLimit: 3500)
        #expect(page.records == ["r0", "r1", "r2"])
        #expect(page.sink.writtenBytes <= 3500)
        #expect(page.hasMore)
        #expect(try await fixture.log.page(after: page.until, byteLimit: 3500).records == ["r3", "r4"])
    },
    ContractCase("A page has one row even if that alone is past its bytes") { fixture in
        try await fixture.log.store(push([insert("a"), insert("b")]))
        let page = try await fixture.log.page(byteLimit: 1)
        #expect(page.records == ["a"])
        #expect(page.hasMore)
        let last = try await fixture.log.page(after: page.until, byteLimit: 1)
        #expect(last.records == ["b"])
        #expect(!last.hasMore)
    },
    ContractCase("What a sink had written before does not count as the page's") { fixture in
        try await fixture.log.store(push([insert("a"), insert("b")]))
        let query = ChangeQuery(user: anna, client: nil, app: todo, after: .beginning, byteLimit: 10_000)
        let page = try await fixture.log.read(query, into: RowCollector(writtenBytes: 1_000_000))
        #expect(page.records == ["a", "b"])
    },
    ContractCase("The same cursor again gives the same rows first") { fixture in
        var seen: [StoredChange] = []
        for round in 0..<10 {
            try await fixture.log.store(push([insert("r\(round)"), insert("s\(round)")]))
            let rows = try await fixture.log.everything(limit: 3)
            #expect(Array(rows.prefix(seen.count)) == seen)
            #expect(rows.count == seen.count + 2)
            seen = rows
        }
    },
    ContractCase("A reader who has read all starts its next page after it, whoever wrote meanwhile") { fixture in
        try await fixture.log.store(push([insert("a")]))
        let first = try await fixture.log.page()
        try await fixture.log.store(push([insert("x")], user: UserID("bert")))
        let second = try await fixture.log.page(after: first.until)
        #expect(second.count == 0)
        #expect(second.until >= first.until)
        try await fixture.log.store(push([insert("b")]))
        #expect(try await fixture.log.page(after: second.until).records == ["b"])
    },
]
