import Domain
import Kernel
import KernelTesting
import Testing

@testable import SyncPlugin

@Suite("A stream, as time goes by", .timeLimit(.minutes(2)))
struct StreamTimeTests {
    static func end(_ reason: String) -> StreamReader.Event {
        StreamReader.Event(name: "end", data: #"{"reason":"\#(reason)"}"#)
    }

    @Test("sends a heartbeat after 30 seconds in which it sent nothing, with its cursor as the id")
    func heartbeat() async throws {
        let fixture = LiveFixture()
        let reader = try fixture.stream()
        let first = try #require(try await reader.next())
        #expect(first.name == "heartbeat" && first.id == Cursor.beginning.text)
        await fixture.advance(by: .seconds(29))
        await fixture.waitForAlarms()
        try fixture.commit("a")
        let changes = try #require(try await reader.next())
        #expect(try changes.records == ["a"])
        await fixture.advance(by: .seconds(29))
        await fixture.advance(by: .seconds(1))
        let next = try #require(try await reader.next())
        #expect(next.name == "heartbeat" && next.id == changes.id)
        await reader.answer.leave()
    }

    @Test("ends when its token expires, which it says, and frees its seat")
    func expiry() async throws {
        let fixture = LiveFixture()
        let reader = try fixture.stream(lifetime: .seconds(20))
        _ = try await reader.next()
        await fixture.advance(by: .seconds(20))
        #expect(try await reader.next() == Self.end("token_expired"))
        #expect(try await reader.next() == nil)
        #expect(fixture.live.seats.users == 0)
        #expect(fixture.live.timers.count == 0)
    }

    @Test("of an expired token within the leeway ends at once")
    func expired() async throws {
        let reader = try LiveFixture().stream(lifetime: .seconds(-1))
        #expect(try await reader.next() == Self.end("token_expired"))
    }

    @Test("goes on while the wall clock, set back, says that its token is good")
    func clockSetBack() async throws {
        let fixture = LiveFixture()
        let reader = try fixture.stream(lifetime: .seconds(20))
        _ = try await reader.next()
        await fixture.waitForAlarms()
        fixture.time.setWallClock(to: fixture.time.now.advanced(by: .seconds(-10)))
        await fixture.advance(by: .seconds(20))
        await fixture.waitForAlarms()
        await fixture.advance(by: .seconds(10))
        // At 30 seconds both are due; the end counts.
        #expect(try await reader.next() == Self.end("token_expired"))
    }

    @Test("ends when the server drains, which returns once it has ended; a new one ends at once")
    func drain() async throws {
        let fixture = LiveFixture()
        let reader = try fixture.stream()
        _ = try await reader.next()
        async let drained: Void = fixture.live.drain(until: .now + .seconds(60))
        #expect(try await reader.next() == Self.end("draining"))
        #expect(try await reader.next() == nil)
        await drained
        #expect(try await fixture.stream().next() == Self.end("draining"))
    }

    @Test("whose peer takes nothing does not hold up the drain beyond its deadline")
    func drainDeadline() async throws {
        let fixture = LiveFixture()
        let reader = try fixture.stream()
        await fixture.live.drain(until: .now)
        #expect(fixture.live.seats.users == 1)
        await reader.answer.leave()
        #expect(fixture.live.seats.users == 0)
    }

    @Test(
        "tries again while the store is busy or away, and misses nothing",
        arguments: [StoreError.Code.unavailable, .overloaded])
    func busyStore(code: StoreError.Code) async throws {
        let fixture = LiveFixture()
        fixture.log.add(StoredRow(record: "a"))
        fixture.log.fail([code, code, code])
        let reader = try fixture.stream()
        for _ in 0..<3 {
            await fixture.time.waitForSleepers()
            fixture.time.advance(by: .seconds(1))
        }
        #expect(try await reader.records(1) == ["a"])
        await reader.answer.leave()
    }

    @Test(
        "ends with an error, in the log too, when the store is broken, or away for too long",
        arguments: [([StoreError.Code.unusable], 0), (Array(repeating: .unavailable, count: 7), 6)])
    func brokenStore(failures: [StoreError.Code], pauses: Int) async throws {
        let fixture = LiveFixture()
        fixture.log.fail(failures)
        let reader = try fixture.stream()
        for _ in 0..<pauses {
            await fixture.time.waitForSleepers()
            fixture.time.advance(by: .seconds(4))
        }
        #expect(try await reader.next() == Self.end("error"))
        #expect(try await reader.next() == nil)
        #expect(fixture.log.reads == failures.count)
        #expect(fixture.memory.lines.map(\.message) == ["a stream ends: as the test says"])
    }

    @Test("that is told of a commit while it reads reads once more")
    func duringPage() async throws {
        let fixture = LiveFixture()
        fixture.log.whenRead { try? fixture.commit("a") }
        let reader = try fixture.stream()
        #expect(try await reader.records(1) == ["a"])
        await reader.answer.leave()
    }

    @Test("reads once for any number of wake-ups while its peer takes nothing")
    func merged() async throws {
        let fixture = LiveFixture()
        try fixture.commit("a")
        let reader = try fixture.stream()
        await until { fixture.log.reads > 0 }
        for number in 0..<1000 { try fixture.commit("r\(number)") }
        #expect(try await reader.records(1001).count == 1001)
        #expect(fixture.log.reads <= 3)
        await reader.answer.leave()
    }

    @Test("is woken by a gap in the news")
    func gap() async throws {
        let fixture = LiveFixture()
        let reader = try fixture.stream()
        _ = try await reader.next()
        await fixture.waitForAlarms()
        fixture.log.add(StoredRow(record: "unheard"))
        fixture.live.hub.tell(.gap)
        #expect(try await reader.records(1) == ["unheard"])
        await reader.answer.leave()
    }

    @Test("whose peer leaves ends at once and hears nothing more", arguments: [true, false])
    func peerLeaves(whileIdle: Bool) async throws {
        let fixture = LiveFixture()
        let reader = try fixture.stream()
        if whileIdle {
            _ = try await reader.next()
            await fixture.waitForAlarms()
        }
        await reader.answer.leave()
        #expect(fixture.live.seats.users == 0)
        #expect(fixture.live.timers.count == 0)
        let reads = fixture.log.reads
        try fixture.commit("a")
        #expect(fixture.log.reads == reads)
    }
}
