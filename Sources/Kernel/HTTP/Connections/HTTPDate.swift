import Synchronization

/// The `Date` of answers (RFC 9110 section 6.6.1), written once a second.
final class HTTPDate: Sendable {
    private let time: any TimeSource
    private let last = Mutex<(seconds: Int64, text: String)>((.min, ""))

    init(time: any TimeSource) {
        self.time = time
    }

    /// The time of day as IMF-fixdate.
    var text: String {
        let seconds = time.now.seconds
        return last.withLock { last in
            if last.seconds != seconds { last = (seconds, HTTPDate.text(secondsSinceEpoch: Int(seconds))) }
            return last.text
        }
    }

    /// `Sun, 06 Nov 1994 08:49:37 GMT` (RFC 9110 section 5.6.7).
    static func text(secondsSinceEpoch seconds: Int) -> String {
        let (day, second) = (seconds / 86_400, seconds % 86_400)
        let date = CivilDate(daysSinceEpoch: day)
        let clock = [second / 3600, second / 60 % 60, second % 60].map(twoDigits).joined(separator: ":")
        return "\(weekdays[(day + 4) % 7]), \(twoDigits(date.day)) \(months[date.month - 1]) \(date.year) \(clock) GMT"
    }

    private static func twoDigits(_ number: Int) -> String {
        number < 10 ? "0\(number)" : "\(number)"
    }

    private static let weekdays = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]
}
