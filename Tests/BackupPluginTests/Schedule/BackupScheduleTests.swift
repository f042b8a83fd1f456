import Foundation
import Kernel
import Testing

@testable import BackupPlugin

@Suite("A schedule")
struct BackupScheduleTests {
    static func schedule(_ text: String, _ zone: String) throws -> BackupSchedule {
        BackupSchedule(try CronExpression(text), in: try #require(TimeZone(identifier: zone)))
    }

    @Test(
        "names the next instants",
        arguments: [
            ("0 3 * * *", "UTC", "2026-01-31T02:59:59Z", ["2026-01-31T03:00:00Z", "2026-02-01T03:00:00Z"]),
            ("0 3 * * *", "UTC", "2026-01-31T03:00:00Z", ["2026-02-01T03:00:00Z"]),
            ("30 1 * * *", "Asia/Kolkata", "2026-01-01T00:00:00Z", ["2026-01-01T20:00:00Z"]),
            ("0 0 * * *", "Pacific/Kiritimati", "2026-01-01T00:00:00Z", ["2026-01-01T10:00:00Z"]),
            ("0 12 29 2 *", "UTC", "2096-03-01T00:00:00Z", ["2104-02-29T12:00:00Z"]),
            ("0 0 1 * *", "Europe/Berlin", "2026-03-15T00:00:00Z", ["2026-03-31T22:00:00Z", "2026-04-30T22:00:00Z"]),
            ("*/30 * * * *", "UTC", "2026-12-31T23:31:00Z", ["2027-01-01T00:00:00Z", "2027-01-01T00:30:00Z"]),
        ])
    func next(text: String, zone: String, after: String, expected: [String]) throws {
        #expect(try instants(text, zone, after: after, count: expected.count) == expected)
    }

    /// Berlin: forward on 2026-03-29 from 02:00 to 03:00 (01:00 UTC), back on 2026-10-25 from 03:00 to 02:00 (01:00 UTC).
    /// Lord Howe: by half an hour, forward on 2026-10-04 at 02:00 (2026-10-03T15:30Z). New York: forward on 2026-03-08 at 07:00 UTC.
    @Test(
        "a time that is skipped is due when the clocks went forward; one that comes twice is due once",
        arguments: [
            ("30 2 * * *", "Europe/Berlin", "2026-03-28T12:00:00Z", ["2026-03-29T01:00:00Z", "2026-03-30T00:30:00Z"]),
            ("0 3 * * *", "Europe/Berlin", "2026-03-28T12:00:00Z", ["2026-03-29T01:00:00Z", "2026-03-30T01:00:00Z"]),
            ("30 2 * * *", "Europe/Berlin", "2026-10-24T12:00:00Z", ["2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z"]),
            (
                "0,30 2,3 * * *", "Europe/Berlin", "2026-03-28T12:00:00Z",
                ["2026-03-29T01:00:00Z", "2026-03-29T01:30:00Z"]
            ),
            (
                "15 2 * * *", "Australia/Lord_Howe", "2026-10-03T00:00:00Z",
                ["2026-10-03T15:30:00Z", "2026-10-04T15:15:00Z"]
            ),
            (
                "30 2 * * *", "America/New_York", "2026-03-07T12:00:00Z",
                ["2026-03-08T07:00:00Z", "2026-03-09T06:30:00Z"]
            ),
        ])
    func clockChanges(text: String, zone: String, after: String, expected: [String]) throws {
        #expect(try instants(text, zone, after: after, count: expected.count) == expected)
    }

    @Test("an interval goes on while the clocks change")
    func intervals() throws {
        for start in ["2026-03-28T23:00:00Z", "2026-10-24T23:00:00Z"] {
            let found = try instants("*/30 * * * *", "Europe/Berlin", after: start, count: 12)
            let first = try #require(UnixTime(rfc3339: start))
            #expect(found == (1...12).map { text(first.advanced(by: .seconds(1800 * $0))) })
        }
    }

    @Test(
        "every instant is after the one before, over all changes of a year",
        arguments: ["Europe/Berlin", "America/Sao_Paulo", "Australia/Lord_Howe", "Africa/Casablanca", "UTC"])
    func monotonic(zone: String) throws {
        let schedule = try Self.schedule("7,37 1,2,3 * * *", zone)
        var time = try #require(UnixTime(rfc3339: "2026-01-01T00:00:00Z"))
        var count = 0
        while time.seconds < 1_798_761_600 {
            let next = try #require(schedule.next(after: time))
            #expect(next > time)
            time = next
            count += 1
        }
        #expect((2100...2200).contains(count))
    }

    private func instants(_ expression: String, _ zone: String, after: String, count: Int) throws -> [String] {
        let schedule = try Self.schedule(expression, zone)
        var time = try #require(UnixTime(rfc3339: after))
        return try (0..<count).map { _ in
            time = try #require(schedule.next(after: time))
            return text(time)
        }
    }

    private func text(_ time: UnixTime) -> String { time.rfc3339.prefix(19) + "Z" }
}
