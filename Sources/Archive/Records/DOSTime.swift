/// A time of day as zip archives state it: two-second steps, without a zone (APPNOTE.TXT 6.3.10, section 4.4.6). Here it is UTC.
public struct DOSTime: Hashable, Sendable {
    /// Hours, minutes and half of the seconds, from the high bits down.
    let time: UInt16
    /// Years since 1980, month and day, from the high bits down.
    let date: UInt16

    init(time: UInt16, date: UInt16) {
        self.time = time
        self.date = date
    }

    /// The start of 1980, the earliest that can be stated.
    public static let earliest = DOSTime(time: 0, date: 0x0021)
    /// The last two seconds of 2107, the latest that can be stated.
    public static let latest = DOSTime(time: 0xBF7D, date: 0xFF9F)

    /// The instant `unixSeconds` after 1970 in UTC, rounded down to an even second; what is beyond 1980 to 2107 is clamped.
    public init(unixSeconds: Int64) {
        guard unixSeconds >= Self.secondsAtEarliest else {
            self = .earliest
            return
        }
        guard unixSeconds < Self.secondsAfterLatest else {
            self = .latest
            return
        }
        let second = Int(unixSeconds % 86_400)
        let (year, month, day) = Self.date(daysSinceMarchOfYearZero: Int(unixSeconds / 86_400) + 719_468)
        time = UInt16((second / 3600) << 11 | (second / 60 % 60) << 5 | (second % 60 / 2))
        date = UInt16((year - 1980) << 9 | month << 5 | day)
    }

    private static let secondsAtEarliest: Int64 = 315_532_800
    private static let secondsAfterLatest: Int64 = 4_354_819_200

    /// The Gregorian date, by counting in eras of 400 years that begin on 1 March, so that a leap day ends its year.
    private static func date(daysSinceMarchOfYearZero days: Int) -> (year: Int, month: Int, day: Int) {
        let (era, dayOfEra) = (days / 146_097, days % 146_097)
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        return (era * 400 + yearOfEra + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * monthFromMarch + 2) / 5 + 1)
    }
}
