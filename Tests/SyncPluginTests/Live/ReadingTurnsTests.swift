import Kernel
import KernelTesting
import Synchronization
import Testing

@testable import SyncPlugin

@Suite("Turns to read pages", .timeLimit(.minutes(1)))
struct ReadingTurnsTests {
    private final class Counts: Sendable {
        private let values = Mutex<[Int]>([0, 0, 0])

        var mostAndAll: [Int] { values.withLock { [$0[1], $0[2]] } }

        func begin() {
            values.withLock { $0 = [$0[0] + 1, max($0[1], $0[0] + 1), $0[2]] }
        }

        func end() {
            values.withLock { $0 = [$0[0] - 1, $0[1], $0[2] + 1] }
        }
    }

    @Test("No more than the bound read at a time, and all in the end", arguments: [1, 3])
    func bound(atOnce: Int) async throws {
        let turns = ReadingTurns(atOnce: atOnce)
        let counts = Counts()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<200 {
                group.addTask {
                    try await turns.begin()
                    counts.begin()
                    await Task.yield()
                    counts.end()
                    turns.end()
                }
            }
            try await group.waitForAll()
        }
        #expect(counts.mostAndAll[0] <= atOnce)
        #expect(counts.mostAndAll[1] == 200)
        #expect(turns.waitingCount == 0)
    }

    @Test("Who is cancelled while waiting gives their place up")
    func cancelled() async throws {
        let turns = ReadingTurns(atOnce: 1)
        try await turns.begin()
        let leaver = Task { try await turns.begin() }
        await until { turns.waitingCount == 1 }
        let next = Task { try await turns.begin() }
        await until { turns.waitingCount == 2 }
        leaver.cancel()
        await #expect(throws: CancellationError.self) { try await leaver.value }
        turns.end()
        try await next.value
        turns.end()
        try await turns.begin()
    }

    @Test("A stream waits for its turn, and others may read while its peer takes nothing")
    func stream() async throws {
        let fixture = LiveFixture()
        for _ in 0..<ReadingTurns.mostAtOnce { try await fixture.live.turns.begin() }
        try fixture.commit("a")
        let stream = try fixture.stream()
        await until { fixture.live.turns.waitingCount == 1 }
        #expect(fixture.log.reads == 0)
        fixture.live.turns.end()
        #expect(try await stream.next()?.records == ["a"])
        // It has given it back: the next one has it.
        try await fixture.live.turns.begin()
    }
}
