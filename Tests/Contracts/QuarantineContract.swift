import Domain
import Kernel
import Testing

let quarantineContract =
    RejectionReason.allCases.map { reason in
        ContractCase("A change refused as \(reason.rawValue) is quarantined, and the rest is stored") { fixture in
            let outcome = try await fixture.log.store(
                push([insert("a"), insert("b", refusal: reason), insert("c", eventID: .numbered(3), refusal: reason)]))
            #expect(outcome.stored == 1)
            #expect(
                outcome.rejections == [
                    Rejection(index: 1, eventID: nil, reason: reason),
                    Rejection(index: 2, eventID: .numbered(3), reason: reason),
                ])
            #expect(try await fixture.log.page().records == ["a"])
            #expect(try await fixture.quarantined(of: anna) == 2)
        }
    } + quarantineRetries

private let quarantineRetries = [
    ContractCase("A retry of a refused change is rejected again and quarantined once") { fixture in
        let changes = [
            insert("a"), insert("b", refusal: .notAMember), insert("c", eventID: .numbered(3), refusal: .notAMember),
        ]
        let first = try await fixture.log.store(push(changes))
        for _ in 0..<2 {
            try await fixture.reopen()
            let again = try await fixture.log.store(push(changes))
            #expect(again.stored == 0)
            #expect(again.duplicates == 1)
            #expect(again.rejections == first.rejections)
        }
        #expect(try await fixture.quarantined(of: anna) == 2)
    },
    ContractCase("A push of refused changes alone is recognised as well") { fixture in
        try await fixture.log.store(push([insert("a", refusal: .readOnly)]))
        try await fixture.log.store(push([insert("a", refusal: .readOnly)]))
        #expect(try await fixture.quarantined(of: anna) == 1)
    },
    ContractCase("A retry answers the reason of the first try") { fixture in
        try await fixture.log.store(push([insert("a", refusal: .notAMember)]))
        let again = try await fixture.log.store(push([insert("a", refusal: .readOnly)]))
        #expect(again.rejections.map(\.reason) == [.notAMember])
        let since = Cursor(UnixTime(seconds: 1))
        let later = try await fixture.log.store(push([insert("a")], since: since))
        #expect(later.stored == 1)
    },
    ContractCase("A change that was stored is a duplicate also when the user may no longer make it") { fixture in
        let changes = [insert("a"), insert("b", eventID: .numbered(2))]
        try await fixture.log.store(push(changes))
        let again = try await fixture.log.store(
            push([insert("a", refusal: .readOnly), insert("b", eventID: .numbered(2), refusal: .readOnly)]))
        #expect(again.duplicates == 2)
        #expect(again.rejections.isEmpty)
        #expect(try await fixture.quarantined(of: anna) == 0)
    },
    ContractCase("A refused change with an event id is stored once the user may make it") { fixture in
        try await fixture.log.store(push([insert("a", eventID: .numbered(1), refusal: .notAMember)]))
        #expect(try await fixture.log.store(push([insert("a", eventID: .numbered(1))])).stored == 1)
        #expect(try await fixture.log.page().records == ["a"])
    },
    ContractCase("A change that cannot be stored keeps its neighbours out of the quarantine") { fixture in
        var broken = insert("broken")
        broken.schemaVersion = 0
        await #expect(throws: StoreError.self) {
            try await fixture.log.store(push([insert("a", refusal: .readOnly), broken]))
        }
        let quarantined = try await fixture.quarantined(of: anna)
        #expect(quarantined == 0)
        // Nor is the failed push one to compare a retry with.
        let retried = try await fixture.log.store(push([insert("a")]))
        #expect(retried.stored == 1)
    },
]
