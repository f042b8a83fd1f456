import Foundation
import Kernel

/// When retention will have removed what exists now, if the scheduled backups are made (spec: backup.md, "Erasure").
struct RetentionForecast: Sendable {
    let policy: RetentionPolicy
    let schedule: BackupSchedule
    let jitter: Duration

    /// How long after a scheduled backup is due it is done, and what it displaces is gone: retention works after each, and every hour.
    private static let delay = Duration.seconds(2 * 3600)

    /// The instant by which every backup that was made up to `now` is gone; nil if the schedule ends before.
    func end(ofBackupsUntil now: UnixTime) -> UnixTime? {
        // The newest verified one is kept until there is another, whatever the rules say.
        guard var last = due(max(1, policy.last), after: now) else { return nil }
        last = max(last, now.advanced(by: policy.minimumAge))
        for (count, period) in [
            (policy.daily, RetentionPolicy.Period.day), (policy.weekly, .week), (policy.monthly, .month),
        ] where count > 0 {
            guard let displaced = due(inPeriods: count, of: period, after: now) else { return nil }
            last = max(last, displaced)
        }
        return last.advanced(by: jitter).advanced(by: Self.delay)
    }

    /// The instant at which so many backups were due.
    private func due(_ count: Int, after now: UnixTime) -> UnixTime? {
        var time = now
        for _ in 0..<count {
            guard let next = schedule.next(after: time) else { return nil }
            time = next
        }
        return time
    }

    /// The instant at which backups were due in so many periods after the one of `now`.
    private func due(inPeriods count: Int, of period: RetentionPolicy.Period, after now: UnixTime) -> UnixTime? {
        var time = now
        for _ in 0..<count {
            let current = period.number(of: time, in: schedule.timeZone)
            // To the period's last hour, then backup by backup.
            var hour = time
            while period.number(of: hour.advanced(by: .seconds(3600)), in: schedule.timeZone) == current {
                hour = hour.advanced(by: .seconds(3600))
            }
            time = hour
            while period.number(of: time, in: schedule.timeZone) == current {
                guard let next = schedule.next(after: time) else { return nil }
                time = next
            }
        }
        return time
    }
}
