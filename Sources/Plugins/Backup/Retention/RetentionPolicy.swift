import Foundation
import Kernel

/// Which backups are kept (spec: backup.md, "Schedule, retention, restore"). A backup goes only where no rule keeps it.
struct RetentionPolicy: Equatable, Sendable {
    /// How many of the newest are kept.
    var last = 7
    /// Of how many days the newest of each is kept: of days that have one.
    var daily = 14
    /// The same for weeks, which begin on Monday.
    var weekly = 8
    /// The same for months.
    var monthly = 12
    /// The age up to which every backup is kept.
    var minimumAge: Duration = .seconds(24 * 3600)

    /// A backup as retention sees it: one that is done and not deleted.
    struct Candidate: Equatable, Sendable {
        var id: String
        var finishedAt: UnixTime
        var isVerified: Bool
    }

    /// The ids of the backups that may go, oldest first.
    ///
    /// The newest verified one never goes, and where none is verified none goes. One that claims to be from the future counts as new.
    func expired(_ candidates: [Candidate], now: UnixTime, in timeZone: TimeZone) -> [String] {
        let newestFirst = candidates.sorted { ($0.finishedAt, $0.id) > ($1.finishedAt, $1.id) }
        guard let newestVerified = newestFirst.first(where: \.isVerified) else { return [] }
        var kept: Set<String> = [newestVerified.id]
        kept.formUnion(newestFirst.prefix(last).map(\.id))
        kept.formUnion(newestFirst.filter { now.since($0.finishedAt) < minimumAge }.map(\.id))
        for (count, period) in [(daily, Period.day), (weekly, .week), (monthly, .month)] {
            var seen: Set<Int64> = []
            // One that is verified stands for its period before one that is not.
            let order = newestFirst.filter(\.isVerified) + newestFirst.filter { !$0.isVerified }
            let chosen = order.filter { seen.insert(period.number(of: $0.finishedAt, in: timeZone)).inserted }
            let newest = chosen.sorted { $0.finishedAt > $1.finishedAt }.prefix(count)
            kept.formUnion(newest.map(\.id))
        }
        return newestFirst.reversed().map(\.id).filter { !kept.contains($0) }
    }

    /// What a rule keeps one backup of.
    enum Period {
        case day
        case week
        case month

        /// The number of the period that a time is in; later ones have higher numbers.
        func number(of time: UnixTime, in timeZone: TimeZone) -> Int64 {
            let offset = timeZone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(time.seconds)))
            let day = LocalClock.days(time.seconds + Int64(offset))
            switch self {
            case .day: return day
            // 1970-01-01 was a Thursday: a week begins three days before it.
            case .week: return (day + 3) >= 0 ? (day + 3) / 7 : (day - 3) / 7
            case .month:
                let date = LocalClock.date(day: day)
                return Int64(date.year * 12 + date.month)
            }
        }
    }
}
