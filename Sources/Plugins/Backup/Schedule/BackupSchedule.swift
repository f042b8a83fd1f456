import Foundation
import Kernel

/// The instants at which scheduled backups are due: a cron expression in a time zone (spec: backup.md, "Schedule, retention, restore").
///
/// Where the clocks change: a time that an hour skipped takes with it is due when the clocks have been put forward; a time that comes twice is due the
/// first time. Where the hours are `*`, the interval counts and not the time of day: what is skipped is skipped, and what comes twice is due twice.
struct BackupSchedule: Sendable {
    /// When, in local time.
    let expression: CronExpression
    /// Where that time is local.
    let timeZone: TimeZone

    /// A schedule of its parts.
    init(_ expression: CronExpression, in timeZone: TimeZone) {
        self.expression = expression
        self.timeZone = timeZone
    }

    /// The next instant after `time`; nil if none comes within nine years, the longest that a 29 February lets one wait.
    func next(after time: UnixTime) -> UnixTime? {
        let start = LocalClock.days(time.seconds + offset(at: time.seconds))
        for day in (start - 1)...(start + 9 * 366) {
            let date = LocalClock.date(day: day)
            guard expression.matches(month: date.month, day: date.day, weekday: LocalClock.weekday(day: day)) else {
                continue
            }
            if let found = instants(onDay: day).first(where: { $0 > time.seconds }) { return UnixTime(seconds: found) }
        }
        return nil
    }

    /// The instants of a day, ascending, in seconds since 1970.
    private func instants(onDay day: Int64) -> [Int64] {
        var found: Set<Int64> = []
        for hour in expression.hours.values {
            for minute in expression.minutes.values {
                found.formUnion(instants(ofLocal: day * 86_400 + Int64(hour * 3600 + minute * 60)))
            }
        }
        return found.sorted()
    }

    /// When the clocks on the wall show a time, given as if they showed UTC.
    private func instants(ofLocal local: Int64) -> [Int64] {
        let offsets = Set([offset(at: local - 86_400), offset(at: local + 86_400)])
        let shown = offsets.map { local - $0 }.filter { $0 + offset(at: $0) == local }.sorted()
        if expression.hours.isStar { return shown }
        if let first = shown.first { return [first] }
        // No clock shows it: it is due when the clocks have been put forward.
        guard let before = offsets.min(),
            let change = timeZone.nextDaylightSavingTimeTransition(
                after: Date(timeIntervalSince1970: Double(local - before - 86_400)))
        else { return [] }
        return [Int64(change.timeIntervalSince1970)]
    }

    private func offset(at seconds: Int64) -> Int64 {
        Int64(timeZone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(seconds))))
    }
}

/// The calendar of a local clock, whose seconds are counted as if it showed UTC.
enum LocalClock {
    /// The day of a second, counted from 1970-01-01.
    static func days(_ seconds: Int64) -> Int64 {
        seconds >= 0 ? seconds / 86_400 : (seconds - 86_399) / 86_400
    }

    /// The date of a day.
    static func date(day: Int64) -> (year: Int, month: Int, day: Int) {
        let text = UnixTime(seconds: day * 86_400).rfc3339
        let numbers = text.prefix(10).split(separator: "-").compactMap { Int($0) }
        return numbers.count == 3 ? (numbers[0], numbers[1], numbers[2]) : (1970, 1, 1)
    }

    /// The weekday of a day, from 0, Sunday.
    static func weekday(day: Int64) -> Int {
        // 1970-01-01 was a Thursday.
        Int(((day + 4) % 7 + 7) % 7)
    }
}
