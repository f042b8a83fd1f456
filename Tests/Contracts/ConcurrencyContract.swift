import Domain
import Kernel
import Synchronization
import Testing

let concurrencyContract =
    [1, 2, 7, 1000].map { limit in
        ContractCase("A reader with pages of \(limit) gets every row once while eight writers push") { fixture in
            let log = fixture.log
            let total = 8 * 40
            let writers = Writers()
            let seen = try await withThrowingTaskGroup(of: [StoredChange].self) { group in
                for writer in 0..<8 {
                    group.addTask {
                        for round in 0..<20 {
                            let texts = ["w\(writer)-\(round)a", "w\(writer)-\(round)b"]
                            try await log.store(
                                push(texts.map { insert($0) }, client: ClientID("c\(writer)"), since: .beginning))
                        }
                        writers.left.withLock { $0 -= 1 }
                        return []
                    }
                }
                group.addTask { try await follow(log, while: writers, limit: limit) }
                return try await group.reduce(into: []) { $0 += $1 }
            }
            let all = try await log.everything()
            #expect(all.count == total)
            #expect(seen == all)
            #expect(zip(all, all.dropFirst()).allSatisfy { $0.cursor < $1.cursor })
        }
    }
    + [
        ContractCase("Concurrent retries of one push store it once") { fixture in
            let log = fixture.log
            let changes = (0..<5).map { insert("r\($0)") } + (0..<5).map { insert("e\($0)", eventID: .numbered($0)) }
            let stored = try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<16 { group.addTask { try await log.store(push(changes)).stored } }
                return try await group.reduce(0, +)
            }
            #expect(stored == 10)
            #expect(try await log.page().count == 10)
        },
        ContractCase("Of several users with one event id, one has it") { fixture in
            let log = fixture.log
            let outcomes = try await withThrowingTaskGroup(of: PushOutcome.self) { group in
                for user in 0..<8 {
                    group.addTask {
                        try await log.store(push([insert("a", eventID: .numbered(1))], user: UserID("u\(user)")))
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(outcomes.map(\.stored).reduce(0, +) == 1)
            #expect(outcomes.flatMap(\.rejections).map(\.reason) == Array(repeating: .eventConflict, count: 7))
        },
        ContractCase("A push that fails does not fail those beside it") { fixture in
            let log = fixture.log
            let failed = await withTaskGroup(of: Int.self) { group in
                for index in 0..<40 {
                    group.addTask { await failures(of: log, at: index) }
                }
                return await group.reduce(0, +)
            }
            let stored = try await log.page().count
            #expect(failed == 8)
            #expect(stored == 32)
        },
        ContractCase("A push whose caller is cancelled is stored whole or not at all") { fixture in
            let log = fixture.log
            for round in 0..<20 {
                let task = Task { try await log.store(push([insert("a\(round)"), insert("b\(round)")])) }
                task.cancel()
                _ = await task.result
            }
            let records = try await log.page().records
            #expect(records.count.isMultiple(of: 2))
            for pair in stride(from: 0, to: records.count, by: 2) {
                #expect(records[pair].dropFirst() == records[pair + 1].dropFirst())
            }
        },
    ]

/// Pushes one change, every fifth of them one that cannot be stored; 1 if the push failed.
private func failures(of log: any ChangeLog, at index: Int) async -> Int {
    var change = insert("r\(index)")
    if index % 5 == 0 { change.schemaVersion = 0 }
    do {
        try await log.store(push([change], client: ClientID("c\(index)")))
        return 0
    } catch {
        return 1
    }
}

/// How many of the eight writers are still at work.
private final class Writers: Sendable {
    let left = Mutex(8)
}

/// Follows the cursors until all writers are done and there is no more.
private func follow(_ log: any ChangeLog, while writing: Writers, limit: Int) async throws -> [StoredChange] {
    var rows: [StoredChange] = []
    var after = Cursor.beginning
    while true {
        let isWriting = writing.left.withLock { $0 > 0 }
        let page = try await log.page(after: after, limit: limit)
        try #require(page.until >= after)
        try #require(page.count <= limit)
        rows += page.sink.rows
        after = page.until
        guard isWriting || page.hasMore else { return rows }
        await Task.yield()
    }
}
