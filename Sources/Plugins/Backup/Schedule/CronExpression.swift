/// When something is due, as crontab(5) writes it: minute, hour, day of month, month and day of week.
///
/// `*`, lists, ranges, steps and three-letter names are understood, and `@hourly`, `@daily`, `@weekly`, `@monthly`, `@yearly`. As in
/// every cron, a day is due where either of the day fields has it, if neither of the two begins with `*`; else where both have it.
struct CronExpression: Hashable, Sendable, CustomStringConvertible {
    /// The text as it was written.
    let description: String

    let minutes: CronField
    let hours: CronField
    private let days: CronField
    private let months: CronField
    private let weekdays: CronField

    /// Reads an expression.
    ///
    /// - Throws: ``CronError`` for anything else, and for a date that never comes.
    init(_ text: String) throws(CronError) {
        description = text
        let expanded = Self.macros[text.lowercased()] ?? text
        let parts = expanded.split(whereSeparator: { $0 == " " || $0 == "\t" })
        guard parts.count == 5 else {
            throw CronError("must have five fields: minute, hour, day of month, month, day of week")
        }
        minutes = try CronField(parts[0], of: .minute)
        hours = try CronField(parts[1], of: .hour)
        days = try CronField(parts[2], of: .dayOfMonth)
        months = try CronField(parts[3], of: .month)
        weekdays = try CronField(parts[4], of: .dayOfWeek)
        guard !needsDayOfMonth || months.values.contains(where: { days.values.min() ?? 1 <= Self.longest($0) }) else {
            throw CronError("names a day that none of its months has")
        }
    }

    /// Whether a date is one of its days. Weekdays count from 0, Sunday.
    func matches(month: Int, day: Int, weekday: Int) -> Bool {
        guard months.contains(month) else { return false }
        if needsDayOfMonth, needsWeekday { return days.contains(day) || weekdays.contains(weekday) }
        return days.contains(day) && weekdays.contains(weekday)
    }

    private var needsDayOfMonth: Bool { !days.isStar }
    private var needsWeekday: Bool { !weekdays.isStar }

    private static func longest(_ month: Int) -> Int {
        switch month {
        case 2: 29
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    private static let macros = [
        "@hourly": "0 * * * *", "@daily": "0 0 * * *", "@midnight": "0 0 * * *", "@weekly": "0 0 * * 0",
        "@monthly": "0 0 1 * *", "@yearly": "0 0 1 1 *", "@annually": "0 0 1 1 *",
    ]
}

/// What is wrong with a cron expression, in words that follow its name.
struct CronError: Error, Hashable, Sendable, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}
