import Domain
import Kernel
import Testing

/// A change out of an archive; one with a refusal comes from the quarantine.
private func archived(
    _ change: PushedChange, app: AppID = todo, client: ClientID? = phone
) throws -> ArchivalChange {
    try ArchivalChange(app: app, client: client, change: change)
}

extension UserLog {
    @discardableResult
    fileprivate func restore(_ changes: [ArchivalChange], of user: UserID = anna) async throws -> RestoreOutcome {
        try await restore(changes, of: user, isRehearsal: false)
    }
}

private func outcome(
    imported: Int = 0, duplicates: Int = 0, quarantined: Int = 0, rejections: [Rejection] = []
) -> RestoreOutcome {
    var outcome = RestoreOutcome()
    (outcome.imported, outcome.duplicates) = (imported, duplicates)
    (outcome.quarantined, outcome.rejections) = (quarantined, rejections)
    return outcome
}

let restoreContract: [UserLogCase] = [
    UserLogCase("What is restored is in the log in its order, with what it carries, under places of its own") {
        fixture in
        try await fixture.log.store(push([insert("before")]))
        var shared = insert("b", table: "plans", eventID: .numbered(2))
        (shared.space, shared.origin) = (SpaceID("family"), "migration")
        let changes = [
            try archived(insert("a", eventID: .numbered(1))), try archived(shared, app: notes, client: nil),
            try archived(insert("c", eventID: .numbered(3)), client: laptop),
        ]
        #expect(try await fixture.userLog.restore(changes) == outcome(imported: 3))
        let rows = try await fixture.userLog.changes(of: anna)
        #expect(rows.map(\.record) == ["before", "a", "b", "c"])
        #expect(rows.map(\.client) == ["phone", "phone", "", "laptop"])
        #expect(rows.map(\.app) == ["todo", "todo", "notes", "todo"])
        #expect(rows[2].space == "family" && rows[2].origin == "migration")
        #expect(rows.dropFirst().map(\.payload) == changes.map(\.change.payload))
        #expect(zip(rows, rows.dropFirst()).allSatisfy { $0.cursor < $1.cursor })
    },
    UserLogCase("Every device gets what is restored, also the one that had pushed it") { fixture in
        let cursor = try await fixture.log.page().until
        try await fixture.userLog.restore([try archived(insert("a", eventID: .numbered(1)))])
        for client in [phone, laptop, nil] {
            #expect(try await fixture.log.page(client: client, after: cursor).records == ["a"])
        }
    },
    UserLogCase("Listeners are told of what is restored, by app and space, and of nothing where nothing is") {
        fixture in
        let listener = NoticeCollector(fixture.notices)
        var shared = insert("b", table: "plans", eventID: .numbered(2))
        shared.space = SpaceID("family")
        let changes = [try archived(insert("a", eventID: .numbered(1))), try archived(shared, app: notes)]
        _ = try await fixture.userLog.restore(changes, of: anna, isRehearsal: true)
        #expect(listener.notices == [])
        try await fixture.userLog.restore(changes)
        #expect(
            listener.notices == [
                ChangeNotice(author: anna, client: nil, app: todo, tables: [TableName("tasks")]),
                ChangeNotice(
                    author: anna, client: nil, app: notes, space: SpaceID("family"), tables: [TableName("plans")]),
            ])
        try await fixture.userLog.restore(changes)
        #expect(listener.notices.count == 2)
    },
    UserLogCase("Restoring again stores nothing again: pushed, restored, quarantined") { fixture in
        try await fixture.log.store(push([insert("a", eventID: .numbered(1)), insert("q", refusal: .readOnly)]))
        let changes = [
            try archived(insert("a", eventID: .numbered(1))), try archived(insert("b", eventID: .numbered(2))),
            try archived(insert("q", refusal: .readOnly)), try archived(insert("r", refusal: .notAMember)),
            try archived(insert("a", eventID: .numbered(1), refusal: .notAMember)),
        ]
        #expect(
            try await fixture.userLog.restore(changes) == outcome(imported: 1, duplicates: 1, quarantined: 1))
        try await fixture.reopen()
        #expect(try await fixture.userLog.restore(changes) == outcome(duplicates: 2))
        #expect(try await fixture.userLog.changes(of: anna).map(\.record) == ["a", "b"])
        #expect(try await fixture.userLog.quarantined(of: anna).map(\.change.record) == ["q", "r"])
    },
    UserLogCase("An event whose id is another user's is rejected, into the quarantine, once; the rest is stored") {
        fixture in
        try await fixture.log.store(push([insert("of bert", eventID: .numbered(1))], user: bert))
        let changes = [
            try archived(insert("a", eventID: .numbered(2))), try archived(insert("taken", eventID: .numbered(1))),
        ]
        let rejections = [Rejection(index: 1, eventID: .numbered(1), reason: .eventConflict)]
        #expect(
            try await fixture.userLog.restore(changes) == outcome(imported: 1, rejections: rejections))
        #expect(
            try await fixture.userLog.restore(changes) == outcome(duplicates: 1, rejections: rejections))
        #expect(try await fixture.quarantined(of: anna) == 1)
        #expect(try await fixture.userLog.changes(of: bert).map(\.record) == ["of bert"])
    },
    UserLogCase("A rehearsal says what would be, and stores nothing") { fixture in
        let changes = [
            try archived(insert("a", eventID: .numbered(1))), try archived(insert("q", refusal: .readOnly)),
        ]
        let until = try await fixture.log.page().until
        let rehearsed = try await fixture.userLog.restore(changes, of: anna, isRehearsal: true)
        #expect(rehearsed == outcome(imported: 1, quarantined: 1))
        #expect(try await fixture.log.page().records == [])
        #expect(try await fixture.log.page().until == until)
        #expect(try await fixture.quarantined(of: anna) == 0)
        #expect(try await fixture.userLog.restore(changes) == rehearsed)
    },
    UserLogCase("A batch with a change that cannot be stored is not stored at all") { fixture in
        var broken = insert("broken", eventID: .numbered(2))
        broken.schemaVersion = 0
        let changes = [try archived(insert("a", eventID: .numbered(1))), try archived(broken)]
        await #expect(throws: StoreError.self) { try await fixture.userLog.restore(changes) }
        #expect(try await fixture.log.page().records == [])
        #expect(try await fixture.log.store(push([insert("later")])).stored == 1)
    },
    UserLogCase("A restore does not take from a client without a name the recognition of its retries") { fixture in
        try await fixture.log.store(push([insert("a")], client: nil))
        try await fixture.userLog.restore([try archived(insert("b", eventID: .numbered(1)), client: nil)])
        #expect(try await fixture.log.store(push([insert("a")], client: nil)).duplicates == 1)
    },
]
