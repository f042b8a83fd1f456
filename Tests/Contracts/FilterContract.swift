import Domain
import Kernel
import Testing

let filterContract =
    [
        ContractCase("A client does not get what it pushed, and the user's other clients do") { fixture in
            let (_, page) = try await fixture.log.storeAndRead(push([insert("a")], client: phone))
            #expect(page.count == 0)
            try await fixture.log.store(push([insert("b")], client: laptop))
            #expect(try await fixture.log.page(client: phone).records == ["b"])
            #expect(try await fixture.log.page(client: laptop).records == ["a"])
            #expect(try await fixture.log.page(client: ClientID("watch")).records == ["a", "b"])
        },
        ContractCase("A client of the same name but of another user is another client") { fixture in
            try await fixture.log.store(push([insert("a")], user: UserID("bert"), client: phone))
            #expect(try await fixture.log.page(of: UserID("bert"), client: laptop).records == ["a"])
            #expect(try await fixture.log.page(of: anna, client: phone).count == 0)
        },
        ContractCase("A reader without a name gets everything of the user") { fixture in
            try await fixture.log.store(push([insert("a")], client: phone))
            try await fixture.log.store(push([insert("b")], client: nil))
            #expect(try await fixture.log.page(client: nil).records == ["a", "b"])
        },
        ContractCase("What was pushed without a name comes to every named client") { fixture in
            try await fixture.log.store(push([insert("a")], client: nil))
            #expect(try await fixture.log.page(client: phone).records == ["a"])
        },
        ContractCase("A push without a name gets all but the very changes that it pushed") { fixture in
            try await fixture.log.store(push([insert("a")], client: nil))
            try await fixture.log.store(push([insert("b")], client: phone))
            let since = try await fixture.log.page().until
            try await fixture.log.store(push([insert("c")], client: nil, since: since))
            let (_, page) = try await fixture.log.storeAndRead(push([insert("d"), insert("e")], client: nil))
            #expect(page.records == ["a", "b", "c"])
            #expect(!page.hasMore)
            #expect(try await fixture.log.page(client: nil, after: page.until).count == 0)
        },
        ContractCase("A retried push without a name does not get what it pushed the first time") { fixture in
            try await fixture.log.store(push([insert("a")], client: phone))
            let changes = [insert("b"), insert("c", eventID: .numbered(1)), insert("d")]
            try await fixture.log.store(push(changes, client: nil))
            try await fixture.log.store(push([insert("e")], client: phone))
            let (outcome, page) = try await fixture.log.storeAndRead(push(changes + [insert("f")], client: nil))
            #expect(outcome.duplicates == 3)
            #expect(page.records == ["a", "e"])
        },
        ContractCase("Nobody sees another user's changes") { fixture in
            for user in ["anna", "Anna", "anna ", "ann"] {
                try await fixture.log.store(push([insert("of \(user)")], user: UserID(user)))
            }
            #expect(try await fixture.log.page(of: anna).records == ["of anna"])
        },
        ContractCase("Names that differ in their bytes alone are different names") { fixture in
            try await fixture.log.store(push([insert("composed")], user: UserID("caf\u{E9}")))
            try await fixture.log.store(push([insert("decomposed")], user: UserID("cafe\u{301}")))
            #expect(try await fixture.log.page(of: UserID("caf\u{E9}")).records == ["composed"])
            #expect(try await fixture.log.page(of: UserID("cafe\u{301}")).records == ["decomposed"])
        },
        ContractCase("Nobody sees another app's changes") { fixture in
            let notes = try #require(AppID("notes"))
            try await fixture.log.store(push([insert("a")], app: notes))
            try await fixture.log.store(push([insert("b")]))
            #expect(try await fixture.log.page(app: notes).records == ["a"])
            #expect(try await fixture.log.page().records == ["b"])
        },
        ContractCase("A member of a space sees what is their own and nothing else") { fixture in
            var shared = insert("shared")
            shared.space = SpaceID("family")
            try await fixture.log.store(push([shared], user: UserID("bert")))
            #expect(try await fixture.log.page(of: UserID("bert")).sink.rows.first?.space == "family")
            #expect(try await fixture.log.page(of: anna).count == 0)
        },
    ]
    + [0, 1, 2, 3, 16, 17, 40].map { count in
        ContractCase("A reader of \(count) tables gets the rows of those alone, in commit order") { fixture in
            let texts = (0..<60).map { "r\($0)" }
            let changes = texts.enumerated().map { index, text in insert(text, table: "t\(index % 50)") }
            try await fixture.log.store(push(changes))
            let tables = Set((0..<count).map { TableName("t\($0)") })
            let expected = changes.filter { tables.contains($0.table) }.map(\.record.text)
            #expect(try await fixture.log.everything(tables: tables, limit: 4).map(\.record) == expected)
            #expect(try await fixture.log.everything(client: phone, tables: tables).isEmpty)
        }
    }
