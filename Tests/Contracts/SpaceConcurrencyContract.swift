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
]

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
