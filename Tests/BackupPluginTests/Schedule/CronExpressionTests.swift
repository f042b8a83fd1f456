import Testing

@testable import BackupPlugin

@Suite("A cron expression")
struct CronExpressionTests {
    @Test(
        "is read",
        arguments: [
            ("0 3 * * *", [0], [3]), ("*/20 * * * *", [0, 20, 40], Array(0...23)),
            ("5,1-3 0 * * *", [1, 2, 3, 5], [0]),
            ("0-10/5 8-18/4 * * *", [0, 5, 10], [8, 12, 16]), ("50/4 23 * * *", [50, 54, 58], [23]),
            ("@daily", [0], [0]), ("@HOURLY", [0], Array(0...23)), ("00 03 * * *", [0], [3]), ("0\t3 * * *", [0], [3]),
        ])
    func fields(text: String, minutes: [Int], hours: [Int]) throws {
        let expression = try CronExpression(text)
        #expect(expression.minutes.values == minutes)
        #expect(expression.hours.values == hours)
    }

    @Test(
        "is refused",
        arguments: [
            "", "* * * *", "* * * * * *", "60 * * * *", "* 24 * * *", "* * 0 * *", "* * 32 * *", "* * * 13 * ",
            "* * * * 8",
            "-1 * * * *", "+1 * * * *", "1- * * * *", "5-1 * * * *", "*/0 * * * *", "*/ * * * *", "1/2/3 * * * *",
            "a * * * *",
            "* * * mon *", "* * * * jan", ", * * * *", "1,, * * * *", "1.5 * * * *", "0 0 30 2 *", "0 0 31 4,6,9,11 *",
            "@often",
            "0x1 * * * *", "９ * * * *", "9999999999999999999 * * * *",
        ])
    func refused(text: String) {
        #expect(throws: CronError.self) { try CronExpression(text) }
    }

    @Test(
        "has days that both fields of days name, or either of them where both are given",
        arguments: [
            ("0 0 * * *", 1, 3, 4, true), ("0 0 1 * *", 1, 1, 4, true), ("0 0 1 * *", 1, 2, 4, false),
            ("0 0 * * mon", 1, 5, 1, true), ("0 0 * * mon", 1, 5, 2, false), ("0 0 * * 7", 1, 5, 0, true),
            ("0 0 13 * fri", 1, 13, 2, true), ("0 0 13 * fri", 1, 2, 5, true), ("0 0 13 * fri", 1, 2, 3, false),
            ("0 0 * feb *", 2, 1, 0, true), ("0 0 * feb *", 1, 1, 0, false), ("0 0 * * mon-fri", 1, 1, 6, false),
            ("0 0 29 2 *", 2, 29, 4, true),
        ])
    func days(text: String, month: Int, day: Int, weekday: Int, isDue: Bool) throws {
        #expect(try CronExpression(text).matches(month: month, day: day, weekday: weekday) == isDue)
    }
}
