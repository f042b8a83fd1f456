import Kernel
import KernelTesting
import Testing

@Suite("The manual clock")
struct ManualTimeTests {
    @Test("wakes sleepers in the order of their times, each when it is due")
    func order() async throws {
        let time = ManualTime()
        let entries = try await Journal.of {
            try await withThrowingTaskGroup(of: Void.self) { group in
                for (index, seconds) in [3, 1, 2].enumerated() {
                    group.addTask {
                        try await time.sleep(for: .seconds(seconds))
                        Journal.note("\(seconds)")
                    }
                    await time.waitForSleepers(index + 1)
                }
                for _ in 0..<3 {
                    time.advance(by: .seconds(1))
                    try await group.next()
                }
            }
        }
        #expect(entries == ["1", "2", "3"])
    }

    @Test("moves the wall clock with it, and can set it back without waking anyone")
    func wallClock() async throws {
        let time = ManualTime(now: UnixTime(seconds: 100))
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await time.sleep(for: .seconds(5)) }
            await time.waitForSleepers()
            time.setWallClock(to: UnixTime(seconds: 1000))
            await time.waitForSleepers()
            time.setWallClock(to: UnixTime(seconds: 1))
            time.advance(by: .seconds(5))
            try await group.next()
        }
        #expect(time.now == UnixTime(seconds: 6))
    }

    @Test("returns at once from no sleep", arguments: [Duration.zero, .seconds(-1)])
    func noSleep(_ duration: Duration) async throws {
        try await ManualTime().sleep(for: duration)
    }

    @Test("loses no cancellation, whenever it comes", arguments: 0..<200)
    func cancellation(_ round: Int) async {
        let time = ManualTime()
        await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await time.sleep(for: .seconds(1)) }
            if round.isMultiple(of: 3) { await time.waitForSleepers() }
            if round.isMultiple(of: 2) { await Task.yield() }
            group.cancelAll()
            await #expect(throws: CancellationError.self) { try await group.next() }
        }
    }

    @Test("loses no wake-up and no observer with many sleepers at a time")
    func many() async throws {
        let time = ManualTime()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<100 {
                group.addTask {
                    for _ in 0..<10 { try await time.sleep(for: .seconds(1)) }
                }
            }
            for _ in 0..<10 {
                await time.waitForSleepers(100)
                time.advance(by: .seconds(1))
            }
            try await group.waitForAll()
        }
    }
}
