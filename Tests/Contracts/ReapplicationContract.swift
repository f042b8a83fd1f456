import Domain
import Kernel
import Testing

private let secret = [UInt8](repeating: 7, count: 32)
let reapplicationTime = contractStart.advanced(by: .seconds(3600))

/// The ledger of another database, in which a user was erased an hour after the tests' start.
func reapplicationLedger(of user: UserID) throws -> ErasureLedger {
    let key = try #require(ErasureKey(secret))
    return ErasureLedger(
        secret: secret,
        entries: [
            ErasureLedger.Entry(
                pseudonym: try key.pseudonym(of: user), place: Cursor(reapplicationTime), erasedAt: reapplicationTime)
        ])
}

let reapplicationContract: [UserLogCase] = [
    UserLogCase("The ledger has each user who was erased once, with the last place") { fixture in
        #expect(try await fixture.userLog.erasureLedger().entries == [])
        _ = try await fixture.userLog.erase(anna)
        let last = try await fixture.userLog.erase(anna)
        let bert = try await fixture.userLog.erase(bert)
        try await fixture.reopen()
        let ledger = try await fixture.userLog.erasureLedger()
        let key = try #require(ErasureKey(ledger.secret))
        #expect(Set(ledger.entries.map(\.place)) == [last.place, bert.place])
        #expect(
            Set(ledger.entries.map(\.pseudonym)) == [try key.pseudonym(of: anna), try key.pseudonym(of: .init("bert"))])
    },
    UserLogCase("What came back of an erased user goes again, and nothing of others, nor what is new") { fixture in
        try await fixture.log.store(push([insert("a"), insert("b", refusal: .readOnly)]))
        try await fixture.log.store(push([insert("c")], app: notes, client: nil))
        try await fixture.log.store(push([insert("d"), insert("e", refusal: .readOnly)], user: bert))
        let ledger = try reapplicationLedger(of: anna)
        var expected = ReappliedErasures()
        (expected.users, expected.erased) = (1, 3)
        #expect(try await fixture.userLog.reapply([ledger]) == expected)
        #expect(try await fixture.userLog.changes(of: anna) == [])
        #expect(try await fixture.quarantined(of: anna) == 0)
        #expect(try await fixture.userLog.changes(of: bert).map(\.record) == ["d"])
        #expect(try await fixture.quarantined(of: bert) == 1)
        fixture.setWallClock(reapplicationTime.advanced(by: .seconds(1)))
        try await fixture.log.store(push([insert("new"), insert("new too", refusal: .readOnly)]))
        #expect(try await fixture.userLog.reapply([ledger]) == ReappliedErasures())
        #expect(try await fixture.userLog.changes(of: anna).map(\.record) == ["new"])
        #expect(try await fixture.quarantined(of: anna) == 1)
    },
    UserLogCase("What another ledger said is in the own one from then on, and the clock is behind no place of it") {
        fixture in
        try await fixture.log.store(push([insert("a")]))
        _ = try await fixture.userLog.reapply([try reapplicationLedger(of: anna)])
        let own = try await fixture.userLog.erasureLedger()
        let key = try #require(ErasureKey(own.secret))
        #expect(own.entries.map(\.pseudonym) == [try key.pseudonym(of: anna)])
        #expect(own.entries.map(\.place) == [Cursor(reapplicationTime)])
        // Pushed while the wall clock is still before the erasure.
        try await fixture.log.store(push([insert("new")]))
        let rows = try await fixture.userLog.changes(of: anna)
        #expect(rows.map(\.record) == ["new"])
        #expect(rows.allSatisfy { $0.cursor > Cursor(reapplicationTime) })
        try await fixture.reopen()
        #expect(try await fixture.userLog.reapply([]) == ReappliedErasures())
        #expect(try await fixture.userLog.changes(of: anna).map(\.record) == ["new"])
    },
    UserLogCase("The own ledger alone does, where older rows came back into the same database") { fixture in
        fixture.setWallClock(reapplicationTime)
        let erasure = try await fixture.userLog.erase(anna)
        try await fixture.log.store(push([insert("new")]))
        #expect(try await fixture.userLog.reapply([]) == ReappliedErasures())
        #expect(try await fixture.userLog.changes(of: anna).map(\.record) == ["new"])
        #expect(try await fixture.userLog.erasureLedger().entries.map(\.place) == [erasure.place])
    },
    UserLogCase("A ledger without a readable key is refused, and nothing is removed") { fixture in
        try await fixture.log.store(push([insert("a")]))
        let error = await #expect(throws: StoreError.self) {
            try await fixture.userLog.reapply([
                try reapplicationLedger(of: anna), ErasureLedger(secret: [], entries: []),
            ])
        }
        #expect(error?.code == .unusable)
        #expect(try await fixture.userLog.changes(of: anna).map(\.record) == ["a"])
    },
    UserLogCase("An event that the user may not make is rejected into the quarantine, unless it is in the log already")
    {
        fixture in
        try await fixture.log.store(push([insert("known", eventID: .numbered(1))]))
        var changes: [ArchivalChange] = []
        for (index, text) in ["known", "refused", "fine"].enumerated() {
            var change = try ArchivalChange(
                app: todo, client: phone, change: insert(text, eventID: .numbered(UInt64(index) + 1)))
            if text != "fine" { change.change.refusal = .notAMember }
            changes.append(change)
        }
        for imported in [1, 0] {
            let outcome = try await fixture.userLog.restore(changes, of: anna, isRehearsal: false)
            #expect((outcome.imported, outcome.duplicates, outcome.quarantined) == (imported, 2 - imported, 0))
            #expect(outcome.rejections == [Rejection(index: 1, eventID: .numbered(2), reason: .notAMember)])
        }
        #expect(try await fixture.userLog.quarantined(of: anna).map(\.reason) == [.notAMember])
    },
]
