import Domain
import Synchronization
import Testing

/// Exactly once, with writers, joins and leaves at the same time.
let spaceConcurrencyContract: [ContractCase] = [
    ContractCase("Who joins two spaces while eight write into them gets every row once, a space's in its order") {
        fixture in
        let writing = Writing(8)
        let chain = try await withThrowingTaskGroup(of: [String].self) { group in
            for writer in 0..<8 {
                group.addTask {
                    for round in 0..<25 {
                        let space = (writer + round) % 2 == 0 ? family : work
                        try await fixture.log.store(
                            push([insert("\(writer)/\(round)", into: space)], user: UserID("w\(writer)")))
                        if writer == 0, round == 8 { try await fixture.grant([family], to: bert) }
                        if writer == 0, round == 16 { try await fixture.grant([family, work], to: bert) }
                    }
                    writing.end()
                    return []
                }
            }
            group.addTask { try await follow(fixture, while: writing) }
            return try await group.reduce(into: []) { $0 += $1 }
        }
        #expect(chain.count == 8 * 25)
        #expect(Set(chain).count == 8 * 25)
        for space in [family, work] {
            let order = chain.filter { isOf($0, space) }
            for writer in 0..<8 {
                let rounds = order.filter { $0.hasPrefix("\(writer)/") }.compactMap { Int($0.dropFirst(2)) }
                #expect(rounds == rounds.sorted())
            }
        }
        // Whoever reads from the beginning now sees the same.
        #expect(Set(try await fixture.shared(of: bert, limit: 7)) == Set(chain))
    },
    ContractCase("Joins and leaves of one space neither lose nor repeat what comes by another") { fixture in
        try await fixture.grant([family], to: bert)
        let writing = Writing(5)
        let joins = 12
        let chain = try await withThrowingTaskGroup(of: [String].self) { group in
            for writer in 0..<4 {
                group.addTask {
                    for round in 0..<30 {
                        let space = (writer + round) % 2 == 0 ? family : work
                        try await fixture.log.store(
                            push([insert("\(writer)/\(round)", into: space)], user: UserID("w\(writer)")))
                    }
                    writing.end()
                    return []
                }
            }
            group.addTask {
                for _ in 0..<joins {
                    try await fixture.grant([family, work], to: bert)
                    try await fixture.grant([family], to: bert)
                }
                try await fixture.grant([family, work], to: bert)
                writing.end()
                return []
            }
            group.addTask { try await follow(fixture, while: writing) }
            return try await group.reduce(into: []) { $0 += $1 }
        }
        let lasting = chain.filter { isOf($0, family) }
        #expect(lasting.count == 60 && Set(lasting).count == 60)
        let fleeting = chain.filter { isOf($0, work) }
        #expect(Set(fleeting).count == 60)
        #expect(Dictionary(grouping: fleeting, by: \.self).values.allSatisfy { $0.count <= joins + 1 })
        let anew = try await fixture.shared(of: bert, limit: 9)
        #expect(anew.count == 120 && Set(anew).count == 120)
    },
    ContractCase("Who pushes and goes on from the delta's cursor gets the other members' rows once each") { fixture in
        let members = 16
        let rounds = 12
        // Half are in the family, half at work, and every fourth in both; one in eight in none, and writes for themselves.
        let spaces = (0..<members).map { member -> Set<SpaceID> in
            switch member % 8 {
            case 7: []
            case 3: [family, work]
            default: [member % 2 == 0 ? family : work]
            }
        }
        for (member, spaces) in spaces.enumerated() { try await fixture.grant(spaces, to: UserID("m\(member)")) }
        let chains = try await withThrowingTaskGroup(of: (Int, [String], Cursor).self) { group in
            for (member, spaces) in spaces.enumerated() {
                group.addTask {
                    let (seen, until) = try await pushAndFollow(fixture, as: member, into: spaces, rounds: rounds)
                    return (member, seen, until)
                }
            }
            return try await group.reduce(into: [:]) { $0[$1.0] = ($1.1, $1.2) }
        }
        for (member, (seen, until)) in chains {
            let last = try await fixture.sharedChain(
                of: UserID("m\(member)"), client: ClientID("c\(member)"), after: until)
            let all = seen + last.records
            var expected: Set<String> = []
            for (other, theirs) in spaces.enumerated() where other != member {
                for round in 0..<rounds {
                    guard let space = choose(of: theirs, in: round), spaces[member].contains(space) else { continue }
                    expected.insert("\(other)/\(round)")
                }
            }
            #expect(all.count == expected.count, "\(member)")
            #expect(Set(all) == expected, "\(member)")
        }
    },
]

/// The space that somebody who is in `spaces` writes into in a round.
private func choose(of spaces: Set<SpaceID>, in round: Int) -> SpaceID? {
    let sorted = spaces.sorted { $0.text < $1.text }
    return sorted.isEmpty ? nil : sorted[round % sorted.count]
}

/// Pushes round by round, each from the cursor of the one before; what came of others, and the last cursor.
private func pushAndFollow(
    _ fixture: any StoreFixture, as member: Int, into spaces: Set<SpaceID>, rounds: Int
) async throws -> ([String], Cursor) {
    let (user, client) = (UserID("m\(member)"), ClientID("c\(member)"))
    var records: [String] = []
    var after = Cursor.beginning
    for round in 0..<rounds {
        var change = insert("\(member)/\(round)")
        change.space = choose(of: spaces, in: round)
        var push = push([change], user: user, client: client, since: after)
        push.writableSpaces = spaces
        var query = ChangeQuery(user: user, client: client, app: push.app, after: after, limit: 7)
        query.includesSpaces = true
        let page = try await fixture.log.append(push, thenReading: query, into: RowCollector()).1
        try #require(page.until >= after)
        records += page.records
        after = page.until
    }
    return (records, after)
}

/// Whether a writer's row, `writer/round`, is of the space.
private func isOf(_ record: String, _ space: SpaceID) -> Bool {
    let sum = record.split(separator: "/").compactMap { Int($0) }.reduce(0, +)
    return sum % 2 == (space == family ? 0 : 1)
}

/// How many are still at work.
private final class Writing: Sendable {
    private let left: Mutex<Int>

    init(_ count: Int) { left = Mutex(count) }

    var isUnderWay: Bool { left.withLock { $0 > 0 } }

    func end() { left.withLock { $0 -= 1 } }
}

/// Follows Bert's cursors until nobody writes and there is no more.
private func follow(_ fixture: any StoreFixture, while writing: Writing) async throws -> [String] {
    var records: [String] = []
    var after = Cursor.beginning
    while true {
        let isWriting = writing.isUnderWay
        let page = try await fixture.sharedPage(of: bert, after: after, limit: 5)
        try #require(page.until >= after)
        records += page.records
        after = page.until
        guard isWriting || page.hasMore else { return records }
        await Task.yield()
    }
}
