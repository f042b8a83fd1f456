import Domain
import Kernel
import Testing

/// What a ``ChangeQuery`` that includes spaces promises.
let spaceReadContract: [ContractCase] = [
    ContractCase("A space is a label where a query does not include spaces") { fixture in
        try await fixture.grant([family], to: bert)
        try await fixture.write(["a"], into: family, by: anna)
        #expect(try await fixture.log.page(of: bert).count == 0)
        #expect(try await fixture.log.page(of: bert).spaces == nil)
        #expect(try await fixture.log.page(of: anna).records == ["a"])
    },
    ContractCase("A member sees what others write into the space, beside their own, in the log's order") { fixture in
        try await fixture.grant([family], to: anna)
        try await fixture.grant([family], to: bert)
        try await fixture.write(["a1", "a2"], into: family, by: anna)
        try await fixture.log.store(push([insert("b-own")], user: bert))
        try await fixture.write(["b1"], into: family, by: bert)
        try await fixture.log.store(push([insert("a-own")], user: anna))
        try await fixture.write(["a3"], into: family, by: anna)
        for limit in [1, 2, 1000] {
            #expect(try await fixture.shared(of: bert, limit: limit) == ["a1", "a2", "b-own", "b1", "a3"])
            #expect(try await fixture.shared(of: anna, limit: limit) == ["a1", "a2", "b1", "a-own", "a3"])
        }
        let page = try await fixture.sharedPage(of: bert)
        #expect(page.sink.rows.map(\.user) == ["anna", "anna", "bert", "bert", "anna"])
        #expect(page.sink.rows.first?.space == family.text)
        #expect(page.spaces == [family])
    },
    ContractCase("Nobody sees a space that is not granted to them, nor another app, nor others' rows without a space") {
        fixture in
        try await fixture.grant([family, work], to: anna)
        try await fixture.grant([family], to: bert)
        try await fixture.write(["shared"], into: family, by: anna)
        try await fixture.write(["secret"], into: work, by: anna)
        try await fixture.log.store(push([insert("diary")], user: anna))
        try await fixture.log.store(
            push([insert("elsewhere", into: family)], user: anna, app: AppID("notes").unsafelyUnwrapped))
        #expect(try await fixture.shared(of: bert) == ["shared"])
        #expect(try await fixture.shared(of: carl) == [])
        #expect(try await fixture.sharedPage(of: carl).spaces == [])
    },
    ContractCase("Tables and the reader's client are sifted in spaces too; another's client of that name is not theirs")
    {
        fixture in
        try await fixture.grant([family], to: bert)
        try await fixture.log.store(
            push([insert("a1", into: family, table: "t1"), insert("a2", into: family, table: "t2")], user: anna))
        try await fixture.log.store(push([insert("b1", into: family, table: "t1")], user: bert, client: phone))
        try await fixture.log.store(push([insert("b2", into: family, table: "t1")], user: bert, client: laptop))
        #expect(try await fixture.shared(of: bert, client: phone) == ["a1", "a2", "b2"])
        #expect(try await fixture.shared(of: bert, client: phone, tables: [TableName("t1")]) == ["a1", "b2"])
        #expect(try await fixture.shared(of: bert, tables: [TableName("t2")]) == ["a2"])
        #expect(try await fixture.shared(of: bert, tables: []) == [])
        let many = Set((0..<40).map { TableName("t\($0)") })
        #expect(try await fixture.shared(of: bert, tables: many, limit: 1) == ["a1", "a2", "b1", "b2"])
    },
    ContractCase("A push's delta brings what others wrote into its spaces, and not its own changes") { fixture in
        try await fixture.grant([family], to: bert)
        try await fixture.write(["a1"], into: family, by: anna)
        for client in [phone, nil] {
            let text = client?.text ?? "nameless"
            let push = push([insert(text, into: family)], user: bert, client: client)
            var query = ChangeQuery(user: bert, client: client, app: todo, after: .beginning)
            query.includesSpaces = true
            let (outcome, page) = try await fixture.log.append(push, thenReading: query, into: RowCollector())
            #expect(outcome.stored == 1)
            #expect(page.records == (client == nil ? ["a1", "phone"] : ["a1"]))
            #expect(try await fixture.shared(of: bert, client: phone, after: page.until) == [])
        }
    },
    ContractCase("A page ends at its bytes, whatever scopes its rows are of, and goes on behind them") { fixture in
        try await fixture.write(["i1", "i2", "i3"], into: family, by: anna)
        try await fixture.grant([family], to: bert)
        try await fixture.write(["w1", "w2"], into: family, by: anna)
        try await fixture.log.store(push([insert("own")], user: bert))
        var after = Cursor.beginning
        var records: [String] = []
        while true {
            let page = try await fixture.sharedPage(of: bert, after: after, byteLimit: 150)
            #expect(page.count <= 2)
            records += page.records
            after = page.until
            if !page.hasMore { break }
        }
        #expect(records == ["i1", "i2", "i3", "w1", "w2", "own"])
    },
    ContractCase("A large row of a space comes whole") { fixture in
        let text = String(repeating: "x", count: 400)
        let data = JSONText("{\"text\":\"\(String(repeating: "y", count: 20_000))\"}")
        var changes = [change(text, .insert, Payload(data: data)), change("b", .insert, Payload(data: data))]
        for index in changes.indices { changes[index].space = family }
        try await fixture.log.store(push([changes[0]], user: anna))
        try await fixture.grant([family], to: bert)
        try await fixture.log.store(push([changes[1]], user: anna))
        let page = try await fixture.sharedPage(of: bert)
        #expect(page.records == [text, "b"])
        #expect(page.sink.rows.map(\.payload.data) == [data, data])
    },
    ContractCase("A cursor ahead of the clock counts as the clock, and is mended") { fixture in
        try await fixture.grant([family], to: bert)
        try await fixture.write(["a"], into: family, by: anna)
        let ahead = Cursor(contractStart.advanced(by: .seconds(86_400)))
        let page = try await fixture.sharedPage(of: bert, after: ahead)
        #expect(page.count == 0 && !page.hasMore && page.until < ahead)
        try await fixture.write(["b"], into: family, by: anna)
        #expect(try await fixture.shared(of: bert, after: page.until) == ["b"])
    },
    ContractCase("A push writes into the spaces that it may write into, or not at all") { fixture in
        var allowed = push([insert("a", into: family), insert("b")], user: bert)
        allowed.writableSpaces = [family, work]
        let outcome = try await fixture.log.store(allowed)
        #expect(outcome.stored == 2)
        var refused = insert("c", into: work)
        refused.refusal = .notAMember
        var judged = push([insert("d", into: family), refused], user: bert, client: laptop)
        judged.writableSpaces = [family]
        #expect(try await fixture.log.store(judged).rejections.map(\.reason) == [.notAMember])
        for spaces in [[], [SpaceID("family,work")], [work]] as [Set<SpaceID>] {
            var mistaken = push([insert("e"), insert("f", into: family)], user: bert, client: ClientID("tv"))
            mistaken.writableSpaces = spaces
            #expect(await refuses(mistaken, fixture.log))
        }
        #expect(try await fixture.log.page(of: bert).records == ["a", "b", "d"])
    },
]

/// Whether a push fails.
private func refuses(_ push: Push, _ log: any ChangeLog) async -> Bool {
    do {
        try await log.store(push)
        return false
    } catch {
        return true
    }
}
