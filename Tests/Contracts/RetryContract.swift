import Domain
import Kernel
import Testing

/// A push, told once or again, and what the log has to hold of it.
private struct RetryStep: Sendable {
    var changes: [PushedChange]
    var client: ClientID? = phone
    var since = 0
    var app = todo
    var user = anna
    var after: Duration = .zero
    let stored: Int
    let duplicates: Int
}

private let insertA = insert("a")
private let insertB = insert("b")
private let deleteA = change("a", .delete, Payload(deletedAt: "2026-01-01T00:00:00Z"))

/// Changes without event ids, and how often each is stored.
private let sequences: [(promise: String, steps: [RetryStep])] = [
    (
        "is not stored again",
        [
            RetryStep(changes: [insertA, insertB], stored: 2, duplicates: 0),
            RetryStep(changes: [insertA, insertB], stored: 0, duplicates: 2),
            RetryStep(changes: [insertA, insertB], stored: 0, duplicates: 2),
        ]
    ),
    (
        "with another cursor is a push of its own",
        [
            RetryStep(changes: [insertA], since: 0, stored: 1, duplicates: 0),
            RetryStep(changes: [insertA], since: 1, stored: 1, duplicates: 0),
            RetryStep(changes: [insertA], since: 0, stored: 1, duplicates: 0),
        ]
    ),
    (
        "that is followed by newer changes stores those alone",
        [
            RetryStep(changes: [insertA], stored: 1, duplicates: 0),
            RetryStep(changes: [insertA, insertB], stored: 1, duplicates: 1),
            RetryStep(changes: [insertA, insertB, deleteA], stored: 1, duplicates: 2),
            RetryStep(changes: [insertA], stored: 0, duplicates: 1),
        ]
    ),
    (
        "of insert, delete, insert of the same bytes stays three changes",
        [
            RetryStep(changes: [insertA], stored: 1, duplicates: 0),
            RetryStep(changes: [deleteA], stored: 1, duplicates: 0),
            RetryStep(changes: [insertA], stored: 1, duplicates: 0),
            RetryStep(changes: [insertA], stored: 0, duplicates: 1),
        ]
    ),
    (
        "with identical changes in it has each of them once",
        [
            RetryStep(changes: [insertA, insert("a", occurrence: 1)], stored: 2, duplicates: 0),
            RetryStep(
                changes: [insertA, insert("a", occurrence: 1), insert("a", occurrence: 2)], stored: 1, duplicates: 2),
        ]
    ),
    (
        "is recognised until the window ends, and then is a push of its own",
        [
            RetryStep(changes: [insertA], stored: 1, duplicates: 0),
            RetryStep(changes: [insertA], after: .seconds(24 * 3600 - 1), stored: 0, duplicates: 1),
            RetryStep(changes: [insertA], after: .seconds(1), stored: 1, duplicates: 0),
        ]
    ),
    (
        "is recognised after the wall clock stepped back",
        [
            RetryStep(changes: [insertA], stored: 1, duplicates: 0),
            RetryStep(changes: [insertA], after: .seconds(-7200), stored: 0, duplicates: 1),
        ]
    ),
    (
        "without a client's name is compared with the user's latest such push",
        [
            RetryStep(changes: [insertA], client: nil, stored: 1, duplicates: 0),
            RetryStep(changes: [insertA], client: nil, stored: 0, duplicates: 1),
            RetryStep(changes: [insertA], client: phone, stored: 1, duplicates: 0),
            RetryStep(changes: [insertA], client: nil, stored: 0, duplicates: 1),
        ]
    ),
    (
        "by another client, app or user is a push of its own",
        [
            RetryStep(changes: [insertA], stored: 1, duplicates: 0),
            RetryStep(changes: [insertA], client: laptop, stored: 1, duplicates: 0),
            RetryStep(changes: [insertA], app: AppID("notes").unsafelyUnwrapped, stored: 1, duplicates: 0),
            RetryStep(changes: [insertA], user: UserID("bert"), stored: 1, duplicates: 0),
            RetryStep(changes: [insertA], stored: 0, duplicates: 1),
        ]
    ),
    (
        "that is empty leaves the latest push to compare with",
        [
            RetryStep(changes: [insertA], stored: 1, duplicates: 0),
            RetryStep(changes: [], stored: 0, duplicates: 0),
            RetryStep(changes: [insertA], stored: 0, duplicates: 1),
        ]
    ),
    (
        "is no longer recognised after a push of changes with event ids",
        [
            RetryStep(changes: [insertA], stored: 1, duplicates: 0),
            RetryStep(changes: [insert("b", eventID: .numbered(1))], stored: 1, duplicates: 0),
            RetryStep(changes: [insertA], stored: 1, duplicates: 0),
        ]
    ),
]

let retryContract =
    sequences.map { promise, steps in
        ContractCase("A retry \(promise)") { fixture in
            try await take(steps, on: fixture, reopening: false)
        }
    }
    + sequences.map { promise, steps in
        ContractCase("A retry \(promise), also over restarts") { fixture in
            try await take(steps, on: fixture, reopening: true)
        }
    }
    + [
        ContractCase("A retry answers what was written since, as the first try would have") { fixture in
            let changes = [insert("a")]
            try await fixture.log.store(push(changes))
            try await fixture.log.store(push([insert("b")], client: laptop))
            let (outcome, page) = try await fixture.log.storeAndRead(push(changes))
            #expect(outcome.written == nil)
            #expect(page.records == ["b"])
        }
    ]

private func take(_ steps: [RetryStep], on fixture: any StoreFixture, reopening: Bool) async throws {
    var now = contractStart
    var total = 0
    for (index, step) in steps.enumerated() {
        now = now.advanced(by: step.after)
        fixture.setWallClock(now)
        if reopening { try await fixture.reopen() }
        let since = Cursor(UnixTime(microseconds: Int64(step.since)))
        let outcome = try await fixture.log.store(
            push(step.changes, user: step.user, app: step.app, client: step.client, since: since))
        #expect(outcome.stored == step.stored, "step \(index)")
        #expect(outcome.duplicates == step.duplicates, "step \(index)")
        if step.user == anna, step.app == todo { total += step.stored }
    }
    #expect(try await fixture.log.page().count == total)
}
