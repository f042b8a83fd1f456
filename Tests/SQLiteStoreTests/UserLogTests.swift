import Domain
import Foundation
import StoreContracts
import Testing

@testable import SQLiteStore

extension SQLiteFixture: UserLogFixture {
    var userLog: any UserLog { store }
}

@Suite("A user's whole log, on SQLite")
struct UserLogTests {
    @Test("Promise", arguments: userLogContract)
    func promise(_ promise: UserLogCase) async throws {
        try await promise.check(on: SQLiteFixture())
    }

    @Test("What was erased is in none of the database's files any more")
    func overwritten() async throws {
        try await SQLiteFixture.withStore { fixture in
            let secret = "a word that is nowhere else"
            try await fixture.store.store(push([insert(secret), insert("\(secret) again", refusal: .readOnly)]))
            try await fixture.store.store(push([insert("of bert")], user: UserID("bert")))
            #expect(try Self.files(of: fixture, contain: secret))
            _ = try await fixture.store.erase(UserID("anna"))
            #expect(try !Self.files(of: fixture, contain: secret))
        }
    }

    private static func files(of fixture: SQLiteFixture, contain text: String) throws -> Bool {
        try ["", "-wal"].contains { suffix in
            try Data(contentsOf: URL(filePath: fixture.path + suffix)).firstRange(of: Data(text.utf8)) != nil
        }
    }

    @Test("Members of a space who inherited rows that were erased get no others in their place")
    func reusedNumbers() async throws {
        try await SQLiteFixture.withStore { fixture in
            let bert = UserID("bert")
            var shared = insert("shared")
            shared.space = SpaceID("family")
            try await fixture.store.store(push([shared]))
            try await fixture.store.grant([SpaceID("family"): .readWrite], to: bert, askedBefore: .zero)
            var query = ChangeQuery(user: bert, client: nil, app: push([]).app, after: .beginning)
            query.includesSpaces = true
            #expect(try await fixture.store.read(query, into: RowCollector()).records == ["shared"])
            _ = try await fixture.store.erase(UserID("anna"))
            // The database gives this row the number of the one that is gone.
            try await fixture.store.store(push([insert("private")], user: UserID("carla")))
            #expect(try await fixture.store.read(query, into: RowCollector()).records == [])
        }
    }

    @Test("Pushes that never pause do not keep an erasure waiting")
    func fairness() async throws {
        try await SQLiteFixture.withStore { fixture in
            let pushers = Task {
                await withTaskGroup(of: Void.self) { group in
                    for pusher in 0..<4 {
                        group.addTask {
                            var number = 0
                            while !Task.isCancelled {
                                number += 1
                                _ = try? await fixture.store.store(
                                    push([insert("\(pusher) \(number)")], user: UserID("user\(pusher)")))
                            }
                        }
                    }
                }
            }
            for _ in 0..<5 { _ = try await fixture.store.erase(UserID("anna")) }
            pushers.cancel()
            await pushers.value
        }
    }
}
