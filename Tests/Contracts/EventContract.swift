import Domain
import Kernel
import Testing

let eventContract = [
    ContractCase("A change whose event id this user stored before is not stored again") { fixture in
        try await fixture.log.store(push([insert("a", eventID: .numbered(1))]))
        let again = try await fixture.log.store(
            push([insert("a", eventID: .numbered(1)), insert("b", eventID: .numbered(2))]))
        #expect(again.stored == 1)
        #expect(again.duplicates == 1)
        #expect(again.rejections.isEmpty)
        #expect(try await fixture.log.page().records == ["a", "b"])
    },
    ContractCase("An event id is recognised whatever the client, the cursor, the app and the bytes") { fixture in
        try await fixture.log.store(push([insert("a", eventID: .numbered(1))]))
        let since = try await fixture.log.page().until
        let notes = try #require(AppID("notes"))
        for other in [
            push([insert("a", eventID: .numbered(1))], client: laptop),
            push([insert("a", eventID: .numbered(1))], since: since),
            push([insert("a", eventID: .numbered(1))], app: notes),
            push([insert("z", eventID: .numbered(1))]),
        ] {
            let outcome = try await fixture.log.store(other)
            #expect(outcome.stored == 0)
            #expect(outcome.duplicates == 1)
        }
        #expect(try await fixture.log.page().records == ["a"])
        #expect(try await fixture.log.page(app: notes).count == 0)
    },
    ContractCase("An event id is recognised long after any window") { fixture in
        try await fixture.log.store(push([insert("a", eventID: .numbered(1))]))
        fixture.setWallClock(contractStart.advanced(by: .seconds(400 * 86_400)))
        try await fixture.reopen()
        #expect(try await fixture.log.store(push([insert("a", eventID: .numbered(1))])).duplicates == 1)
    },
    ContractCase("An event id that a request has twice is stored once") { fixture in
        let outcome = try await fixture.log.store(
            push([insert("a", eventID: .numbered(1)), insert("b"), insert("a", occurrence: 1, eventID: .numbered(1))]))
        #expect(outcome.stored == 2)
        #expect(outcome.duplicates == 1)
        #expect(try await fixture.log.page().records == ["a", "b"])
    },
    ContractCase("An event id comes back as it was given") { fixture in
        let ids = [EventID(high: 0, low: 0), EventID(high: .max, low: .max), .numbered(7)]
        try await fixture.log.store(push(ids.map { insert("\($0)", eventID: $0) }))
        #expect(try await fixture.log.page().sink.rows.map(\.eventID) == ids)
    },
    ContractCase("An event id of another user goes to the quarantine, once, and the rest is stored") { fixture in
        let bert = UserID("bert")
        try await fixture.log.store(push([insert("a", eventID: .numbered(1))], user: bert))
        let changes = [insert("before"), insert("a", eventID: .numbered(1)), insert("after")]
        let conflict = Rejection(index: 1, eventID: .numbered(1), reason: .eventConflict)
        for _ in 0..<3 {
            #expect(try await fixture.log.store(push(changes)).rejections == [conflict])
        }
        #expect(try await fixture.log.page().records == ["before", "after"])
        #expect(try await fixture.log.page(of: bert).records == ["a"])
        #expect(try await fixture.quarantined(of: anna) == 1)
        #expect(try await fixture.quarantined(of: bert) == 0)
    },
    ContractCase("Other bytes under another user's event id are quarantined as well") { fixture in
        try await fixture.log.store(push([insert("a", eventID: .numbered(1))], user: UserID("bert")))
        try await fixture.log.store(push([insert("x", eventID: .numbered(1))]))
        try await fixture.log.store(push([insert("y", eventID: .numbered(1))]))
        #expect(try await fixture.quarantined(of: anna) == 2)
    },
    ContractCase("A conflict that a request has twice is quarantined once and rejected twice") { fixture in
        try await fixture.log.store(push([insert("a", eventID: .numbered(1))], user: UserID("bert")))
        let outcome = try await fixture.log.store(
            push([insert("x", eventID: .numbered(1)), insert("x", occurrence: 1, eventID: .numbered(1))]))
        #expect(outcome.rejections.map(\.index) == [0, 1])
        #expect(try await fixture.quarantined(of: anna) == 1)
    },
]
