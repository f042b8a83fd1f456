import Domain
import KernelTesting
import StorageShared
import StoreContracts
import Testing

@testable import SQLiteStore

@Suite("Group commit", .timeLimit(.minutes(2)))
struct GroupCommitTests {
    @Test("Pushes that wait together are committed together, and a bad one fails alone")
    func badNeighbour() async throws {
        try await SQLiteFixture.withStore { fixture in
            let blocker = try StoreBlocker(of: fixture)
            let results = try await withThrowingTaskGroup(of: (Int, Bool).self) { group in
                for index in 0..<6 {
                    group.addTask { (index, await isStored(index, bad: index == 3, by: fixture.store)) }
                }
                await fixture.waitForQueue(of: 6)
                try blocker.release()
                return try await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
            }
            #expect(results == [0: true, 1: true, 2: true, 3: false, 4: true, 5: true])
            #expect(fixture.metrics["mana_sync_store_group_size"] == [6])
            let rows = try await fixture.log.page().sink.rows
            #expect(Set(rows.map(\.record)) == ["r0", "r1", "r2", "r4", "r5"])
            #expect(Set(rows.map(\.cursor)).count == 5)
        }
    }

    @Test("A push that finds the queue full is refused, and those in it are stored")
    func fullQueue() async throws {
        try await SQLiteFixture.withStore({ $0.maxQueuedPushes = 4 }) { fixture in
            let blocker = try StoreBlocker(of: fixture)
            try await withThrowingTaskGroup(of: Bool.self) { group in
                for index in 0..<4 { group.addTask { await isStored(index, by: fixture.store) } }
                await fixture.waitForQueue(of: 4)
                let error = await #expect(throws: StoreError.self) {
                    try await fixture.store.store(push([insert("x")]))
                }
                #expect(error?.code == .overloaded)
                try blocker.release()
                for try await stored in group { #expect(stored) }
            }
            #expect(try await fixture.log.page().count == 4)
        }
    }

    @Test("No more operations are under way than the bound allows")
    func tooManyOperations() async throws {
        try await SQLiteFixture.withStore({ $0.maxOperations = 2 }) { fixture in
            let blocker = try StoreBlocker(of: fixture)
            try await withThrowingTaskGroup(of: Bool.self) { group in
                for index in 0..<2 { group.addTask { await isStored(index, by: fixture.store) } }
                await fixture.waitForQueue(of: 2)
                let error = await #expect(throws: StoreError.self) { try await fixture.log.page() }
                #expect(error?.code == .overloaded)
                try blocker.release()
                for try await stored in group { #expect(stored) }
            }
            #expect(try await fixture.log.page().count == 2)
        }
    }

    @Test("A lock that another program holds for too long fails what waits, and the store goes on")
    func lockedForTooLong() async throws {
        try await SQLiteFixture.withStore({ $0.busyTimeout = .milliseconds(1) }) { fixture in
            let blocker = try StoreBlocker(of: fixture)
            let error = await #expect(throws: StoreError.self) { try await fixture.store.store(push([insert("a")])) }
            #expect(error?.code == .unavailable)
            try blocker.release()
            try await fixture.store.store(push([insert("a")]))
            #expect(try await fixture.log.page().records == ["a"])
        }
    }

    @Test(
        "Groups are bounded by pushes and by changes, with one push in any case",
        arguments: [
            (pushes: [1, 1, 1], groups: [3]),
            (pushes: Array(repeating: 1, count: 130), groups: [128, 2]),
            (pushes: [6000, 3000, 1000, 1], groups: [3, 1]),
            (pushes: [20_000, 1], groups: [1, 1]),
            (pushes: [1, 20_000, 1], groups: [1, 1, 1]),
        ])
    func groupBounds(pushes: [Int], groups: [Int]) async {
        let queue = PushQueue(limit: 1000)
        let taken = await withTaskGroup(of: Void.self) { group in
            // One at a time, so that they stand in the queue in the table's order.
            for (index, count) in pushes.enumerated() {
                let waiting = push(Array(repeating: insert("r"), count: count))
                group.addTask {
                    _ = await withCheckedContinuation { answer in
                        _ = queue.add(PushQueue.Waiting(push: waiting, answer: answer))
                    }
                }
                await until { queue.count > index }
            }
            var taken: [Int] = []
            while queue.keepsWriterAwake() {
                let waiting = queue.takeGroup()
                taken.append(waiting.count)
                for push in waiting { push.answer.resume(returning: .success(StoredPush())) }
            }
            return taken
        }
        #expect(taken == groups)
    }

    @Test("Stopping stores what waits and refuses what comes later")
    func stopping() async throws {
        try await SQLiteFixture.withStore { fixture in
            let blocker = try StoreBlocker(of: fixture)
            let store = fixture.store
            try await withThrowingTaskGroup(of: Bool.self) { group in
                for index in 0..<3 { group.addTask { await isStored(index, by: store) } }
                await fixture.waitForQueue(of: 3)
                async let stopped: Void = store.stop()
                try blocker.release()
                await stopped
                for try await stored in group { #expect(stored) }
            }
            let error = await #expect(throws: StoreError.self) { try await store.store(push([insert("late")])) }
            #expect(error?.code == .unavailable)
            try await fixture.reopen()
            #expect(try await fixture.log.page().count == 3)
        }
    }

    @Test("A disk that is full fails the push that needs room, and the store goes on")
    func diskFull() async throws {
        try await SQLiteFixture.withStore({ $0.maxPageCount = 60 }) { fixture in
            try await fixture.store.store(push([insert("before")]))
            let large = String(repeating: "x", count: 1 << 20)
            let error = await #expect(throws: StoreError.self) {
                try await fixture.store.store(push([insert("a"), insert(large), insert("b")]))
            }
            #expect(error?.code == .full)
            #expect(try await fixture.log.page().records == ["before"])
            try await fixture.store.store(push([insert("after")]))
            try await fixture.reopen()
            #expect(try await fixture.log.page().records == ["before", "after"])
        }
    }

    @Test("A disk that is full for one push of a group has room for the others")
    func diskFullInGroup() async throws {
        try await SQLiteFixture.withStore({ $0.maxPageCount = 60 }) { fixture in
            let blocker = try StoreBlocker(of: fixture)
            let results = try await withThrowingTaskGroup(of: (Int, Bool).self) { group in
                for index in 0..<4 {
                    let size = index == 1 ? 1 << 20 : 10
                    group.addTask { (index, await isStored(index, size: size, by: fixture.store)) }
                }
                await fixture.waitForQueue(of: 4)
                try blocker.release()
                return try await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
            }
            #expect(results == [0: true, 1: false, 2: true, 3: true])
            #expect(try await fixture.log.page().count == 3)
        }
    }

    @Test("Receipts that no retry can be compared with any more are forgotten, a few with each commit")
    func receiptsArePurged() async throws {
        try await SQLiteFixture.withStore { fixture in
            for index in 0..<10 {
                try await fixture.store.store(push([insert("r\(index)")], client: ClientID("c\(index)")))
            }
            fixture.time.advance(by: .seconds(25 * 3600))
            for index in 0..<5 {
                try await fixture.store.store(push([insert("s\(index)")], client: ClientID("d\(index)")))
            }
            let connection = try SQLiteConnection(path: fixture.path, for: .inspecting)
            #expect(try connection.integer("SELECT count(*) FROM push_receipts") == 5)
        }
    }

    @Test("The figures of the store are recorded")
    func metrics() async throws {
        try await SQLiteFixture.withStore { fixture in
            try await fixture.store.store(push([insert("a")]))
            #expect(fixture.metrics["mana_sync_store_group_size"] == [1])
            #expect(fixture.metrics["mana_sync_store_commit_seconds"].count == 1)
            #expect(fixture.metrics["mana_sync_store_read_seconds"].count == 1)
            #expect(fixture.metrics["mana_sync_store_reader_wait_seconds"].count == 1)
            #expect(fixture.metrics["mana_sync_store_queue_depth"].last == 0)
        }
    }
}

private func isStored(_ index: Int, bad: Bool = false, size: Int = 10, by store: SQLiteStore) async -> Bool {
    var changes = [insert("r\(index)")]
    changes[0].payload.data = JSONText("\"" + String(repeating: "x", count: size) + "\"")
    if bad { changes[0].schemaVersion = 0 }
    do {
        try await store.store(push(changes, client: ClientID("c\(index)")))
        return true
    } catch {
        return false
    }
}
