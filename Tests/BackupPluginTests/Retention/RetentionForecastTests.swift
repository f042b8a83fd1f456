import Foundation
import Kernel
import Testing

@testable import BackupPlugin

@Suite("The forecast of retention")
struct RetentionForecastTests {
    private static let now = UnixTime(seconds: 1_767_225_600)  // 2026-01-01T00:00:00Z, a Thursday

    private func forecast(
        _ cron: String, _ policy: RetentionPolicy, zone: String = "UTC", jitter: Duration = .zero
    ) throws -> RetentionForecast {
        RetentionForecast(
            policy: policy, schedule: try BackupScheduleTests.schedule(cron, zone), jitter: jitter)
    }

    private static let policies = [
        RetentionPolicy(last: 1, daily: 0, weekly: 0, monthly: 0, minimumAge: .zero),
        RetentionPolicy(last: 0, daily: 0, weekly: 0, monthly: 0, minimumAge: .zero),
        RetentionPolicy(last: 40, daily: 3, weekly: 0, monthly: 0, minimumAge: .zero),
        RetentionPolicy(last: 2, daily: 14, weekly: 0, monthly: 0, minimumAge: .seconds(3600)),
        RetentionPolicy(last: 1, daily: 1, weekly: 4, monthly: 0, minimumAge: .zero),
        RetentionPolicy(last: 1, daily: 1, weekly: 0, monthly: 0, minimumAge: .seconds(50 * 86_400)),
        RetentionPolicy(last: 7, daily: 14, weekly: 8, monthly: 12, minimumAge: .seconds(86_400)),
    ]

    @Test(
        "names a time by which the policy has removed all that there was, and not much later",
        arguments: policies, ["0 3 * * *", "30 0 * * *", "0 2 * * 0"])
    func bound(policy: RetentionPolicy, cron: String) throws {
        let zone = "Europe/Berlin"
        let forecast = try forecast(cron, policy, zone: zone)
        let end = try #require(forecast.end(ofBackupsUntil: Self.now))
        // What there is: backups of the last forty days.
        var there = (0..<40).map {
            RetentionPolicy.Candidate(
                id: "old\($0)", finishedAt: Self.now.advanced(by: .seconds(-86_400 * $0)), isVerified: true)
        }
        var time = Self.now
        var gone: UnixTime?
        while gone == nil {
            time = try #require(forecast.schedule.next(after: time))
            there.append(RetentionPolicy.Candidate(id: "new\(time.seconds)", finishedAt: time, isVerified: true))
            let expired = policy.expired(there, now: time, in: forecast.schedule.timeZone)
            there.removeAll { expired.contains($0.id) }
            if !there.contains(where: { $0.id.hasPrefix("old") }) { gone = time }
            try #require(time < Self.now.advanced(by: .seconds(500 * 86_400)))
        }
        let found = try #require(gone)
        #expect(found <= end.advanced(by: .seconds(policy.minimumAge > .zero ? 7 * 86_400 : 0)), "\(end.rfc3339)")
        #expect(end <= found.advanced(by: .seconds(32 * 86_400)), "\(end.rfc3339)")
    }

    @Test("is the due time, the jitter and the time that a backup takes")
    func exact() throws {
        let policy = RetentionPolicy(last: 3, daily: 0, weekly: 0, monthly: 0, minimumAge: .zero)
        let end = try forecast("0 3 * * *", policy, jitter: .seconds(600)).end(ofBackupsUntil: Self.now)
        #expect(end?.rfc3339 == "2026-01-03T05:10:00.000000Z")
    }

    @Test("there is none where backups are not made, or nothing is removed")
    func none() throws {
        var config = BackupConfig()
        #expect(config.forecast == nil)
        config.schedule = "0 3 * * *"
        #expect(config.forecast?.end(ofBackupsUntil: Self.now) != nil)
        config.schedule = "0 0 30 2 *"
        #expect(config.forecast?.end(ofBackupsUntil: Self.now) == nil)
        config.schedule = "* * * * *"
        config.retention.enabled = false
        #expect(config.forecast == nil)
    }
}
