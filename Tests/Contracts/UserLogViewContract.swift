import Domain
import Kernel
import Testing

let userLogViewContract: [UserLogCase] =
    [PageLimit(), PageLimit(rows: 1), PageLimit(rows: 3), PageLimit(bytes: 250), PageLimit(rows: 0, bytes: 0)].map {
        limit in
        UserLogCase("A view has all that the user authored, of all apps and clients, in the clock's order: \(limit)") {
            fixture in
            for number in 0..<7 {
                let app = number.isMultiple(of: 2) ? todo : notes
                try await fixture.log.store(
                    push([insert("a\(number)"), insert("b\(number)")], app: app, client: number == 3 ? nil : phone))
                try await fixture.log.store(push([insert("of bert \(number)")], user: bert, app: app))
            }
            let rows = try await fixture.userLog.changes(of: anna, limit: limit)
            #expect(rows.map(\.record) == (0..<7).flatMap { ["a\($0)", "b\($0)"] })
            #expect(rows.map(\.app) == (0..<14).map { $0 / 2 % 2 == 0 ? "todo" : "notes" })
            #expect(rows.map(\.client) == (0..<14).map { $0 / 2 == 3 ? "" : "phone" })
            #expect(zip(rows, rows.dropFirst()).allSatisfy { $0.cursor < $1.cursor })
        }
    } + [
        UserLogCase("What is pushed after the bounds were fixed is not in the view, on whichever page") { fixture in
            for number in 0..<5 { try await fixture.log.store(push([insert("a\(number)")])) }
            try await fixture.log.store(push([insert("q", refusal: .readOnly)], client: laptop))
            let extent = try await fixture.userLog.extent(of: anna)
            try await fixture.log.store(push([insert("r", refusal: .readOnly)], client: nil))
            let rows = try await fixture.userLog.changes(extent, limit: PageLimit(rows: 2)) {
                try await fixture.log.store(push([insert("late")], client: nil))
            }
            #expect(rows.map(\.record) == (0..<5).map { "a\($0)" })
            #expect(try await fixture.userLog.quarantined(extent).map(\.change.record) == ["q"])
        },
        UserLogCase("The view of a user without changes is empty") { fixture in
            try await fixture.log.store(push([insert("a"), insert("b", refusal: .readOnly)], user: bert))
            #expect(try await fixture.userLog.changes(of: anna) == [])
            #expect(try await fixture.userLog.quarantined(of: anna) == [])
        },
        UserLogCase("A page of the quarantine has what was pushed and why it was refused, in that order") { fixture in
            let refused = [
                insert("a", refusal: .readOnly), insert("b", eventID: .numbered(2), refusal: .notAMember),
                insert("c", eventID: .numbered(3), refusal: .readOnly),
            ]
            try await fixture.log.store(push(refused + [insert("d")]))
            try await fixture.log.store(push([insert("of bert", refusal: .readOnly)], user: bert))
            for rows in [1, 2, 1000] {
                let quarantined = try await fixture.userLog.quarantined(of: anna, limit: PageLimit(rows: rows))
                #expect(quarantined.map(\.change.record) == ["a", "b", "c"])
                #expect(quarantined.map(\.eventID) == [nil, .numbered(2), .numbered(3)])
                #expect(quarantined.map(\.reason) == [.readOnly, .notAMember, .readOnly])
                #expect(quarantined.map(\.change.payload) == refused.map(\.payload))
                #expect(quarantined.map(\.change.client) == ["phone", "phone", "phone"])
            }
        },
    ]

let erasureContract: [UserLogCase] = [
    UserLogCase("An erasure removes what the user authored, in the log and in the quarantine, and nothing else") {
        fixture in
        try await fixture.log.store(push([insert("a"), insert("b", refusal: .readOnly)]))
        try await fixture.log.store(push([insert("c")], app: notes, client: nil))
        try await fixture.log.store(push([insert("d"), insert("e", refusal: .readOnly)], user: bert))
        let erasure = try await fixture.userLog.erase(anna)
        #expect(erasure.erased == 3)
        #expect(!erasure.pseudonym.contains("anna"))
        try await fixture.reopen()
        #expect(try await fixture.userLog.changes(of: anna) == [])
        #expect(try await fixture.quarantined(of: anna) == 0)
        #expect(try await fixture.userLog.changes(of: bert).map(\.record) == ["d"])
        #expect(try await fixture.quarantined(of: bert) == 1)
        #expect(try await fixture.userLog.erase(anna).erased == 0)
    },
    UserLogCase("A user who comes back after an erasure keeps what they push then, also what they had pushed before") {
        fixture in
        let before = [insert("a"), insert("b", eventID: .numbered(1))]
        try await fixture.log.store(push(before))
        let cursor = try await fixture.log.page().until
        let erasure = try await fixture.userLog.erase(anna)
        #expect(erasure.place > cursor)
        #expect(try await fixture.log.store(push(before)).stored == 2)
        #expect(try await fixture.userLog.changes(of: anna).map(\.record) == ["a", "b"])
        #expect(try await fixture.log.page(after: cursor).records == ["a", "b"])
    },
    UserLogCase("A view that an erasure overtakes ends with an error, and a later one does not") { fixture in
        try await fixture.log.store(push([insert("a"), insert("b"), insert("c", refusal: .readOnly)]))
        let extent = try await fixture.userLog.extent(of: anna)
        let other = try await fixture.userLog.extent(of: bert)
        let first = try await fixture.userLog.read(
            extent, after: .beginning, limit: PageLimit(rows: 1), into: RowCollector())
        _ = try await fixture.userLog.erase(anna)
        let error = await #expect(throws: StoreError.self) {
            try await fixture.userLog.read(extent, after: first.until, limit: PageLimit(), into: RowCollector())
        }
        #expect(error?.code == .gone)
        await #expect(throws: StoreError.self) { try await fixture.userLog.quarantined(extent) }
        #expect(try await fixture.userLog.changes(other) == [])
        #expect(try await fixture.userLog.changes(of: anna) == [])
    },
    UserLogCase("The ledger names a user the same after a restart") { fixture in
        let first = try await fixture.userLog.erase(anna)
        try await fixture.reopen()
        let second = try await fixture.userLog.erase(anna)
        #expect(second.pseudonym == first.pseudonym)
        #expect(second.place > first.place)
        #expect(try await fixture.userLog.erase(bert).pseudonym != first.pseudonym)
    },
]
