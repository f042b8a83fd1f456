import Foundation
import Kernel
import Testing

@testable import BackupPlugin

@Suite("When a scheduled run starts")
struct DueTimeTests {
    private let schedule: BackupSchedule

    init() throws {
        schedule = BackupSchedule(try CronExpression("0 3 * * *"), in: .gmt)
    }

    private func at(_ text: String) throws -> UnixTime { try #require(UnixTime(rfc3339: text)) }

    private func decide(now: String, remembered: String?, jitter: Duration = .zero) throws -> DueTime? {
        DueTime.decide(schedule, now: try at(now), remembered: try remembered.map { try at($0) }, jitter: jitter)
    }

    @Test("a new schedule waits for its next time")
    func new() throws {
        let due = try #require(try decide(now: "2026-01-01T12:00:00Z", remembered: nil))
        #expect(due.step == .wait(until: try at("2026-01-02T03:00:00Z")))
    }

    @Test("at its time it runs, and remembers the next one")
    func due() throws {
        let due = try #require(try decide(now: "2026-01-02T03:00:00Z", remembered: "2026-01-02T03:00:00Z"))
        #expect(due == DueTime(step: .run(due: try at("2026-01-02T03:00:00Z")), next: try at("2026-01-03T03:00:00Z")))
    }

    @Test("after a week of downtime it makes up for one run")
    func catchUp() throws {
        let due = try #require(try decide(now: "2026-01-09T17:00:00Z", remembered: "2026-01-02T03:00:00Z"))
        #expect(due == DueTime(step: .run(due: try at("2026-01-02T03:00:00Z")), next: try at("2026-01-10T03:00:00Z")))
    }

    @Test("it starts later by the jitter")
    func jitter() throws {
        let early = try #require(
            try decide(now: "2026-01-02T03:00:00Z", remembered: "2026-01-02T03:00:00Z", jitter: .seconds(90)))
        #expect(early.step == .wait(until: try at("2026-01-02T03:01:30Z")))
        let later = try #require(
            try decide(now: "2026-01-02T03:01:30Z", remembered: "2026-01-02T03:00:00Z", jitter: .seconds(90)))
        #expect(later.step == .run(due: try at("2026-01-02T03:00:00Z")))
    }

    @Test("a clock that is set back does not make it wait for years, and one set forward makes it run once")
    func clockJumps() throws {
        let back = try #require(try decide(now: "2020-01-01T00:00:00Z", remembered: "2026-01-02T03:00:00Z"))
        #expect(
            back == DueTime(step: .wait(until: try at("2020-01-01T03:00:00Z")), next: try at("2020-01-01T03:00:00Z")))
        let hour = try #require(try decide(now: "2026-01-01T02:00:00Z", remembered: "2026-01-02T03:00:00Z"))
        #expect(hour.next == (try at("2026-01-02T03:00:00Z")))
        let forward = try #require(try decide(now: "2030-01-01T00:00:00Z", remembered: "2026-01-02T03:00:00Z"))
        #expect(forward.next == (try at("2030-01-01T03:00:00Z")))
    }

    @Test("jitter lies within its bound, is the same for one deployment and due time, and differs between deployments")
    func jitterSpread() {
        let most = Duration.seconds(600)
        let drawn = (0..<500).map { DueTime.jitter(upTo: most, due: UnixTime(seconds: 1000), deployment: $0) }
        #expect(drawn.allSatisfy { $0 >= .zero && $0 <= most })
        #expect(Set(drawn).count > 490)
        #expect(DueTime.jitter(upTo: most, due: UnixTime(seconds: 1000), deployment: 7) == drawn[7])
        #expect(DueTime.jitter(upTo: .zero, due: UnixTime(seconds: 1000), deployment: 7) == .zero)
    }
}
