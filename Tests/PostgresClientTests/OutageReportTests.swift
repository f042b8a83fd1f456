import Logging
import Synchronization
import Testing

@testable import PostgresClient

@Suite("The report of an outage")
struct OutageReportTests {
    /// What happens at a second, and the lines that follow from it.
    enum Event {
        case lost
        case attempt
        case reached
    }

    private static func lines(_ events: [(second: Int, event: Event)]) -> [String] {
        let lines = LogLines()
        let report = OutageReport(of: "The database", logger: Logger(label: "test") { _ in lines })
        let start = ContinuousClock.now
        for (second, event) in events {
            let now = start + .seconds(second)
            switch event {
            case .lost: report.failed(.connectionLost, isAttempt: false, at: now)
            case .attempt: report.failed(.connectionLost, isAttempt: true, at: now)
            case .reached: report.reached(at: now)
            }
        }
        return lines.all.withLock { $0 }
    }

    @Test("is one line when it begins and one when it is over, however many connections break")
    func short() {
        let lines = Self.lines([
            (0, .lost), (0, .lost), (0, .attempt), (1, .attempt), (5, .attempt), (9, .reached), (9, .reached),
        ])
        #expect(
            lines == [
                "warning: The database is lost; it is tried again until it is back. attempts=0 seconds=0",
                "notice: The database is back. attempts=3 seconds=9",
            ])
    }

    @Test("is one line a minute while it lasts, with how often and how long")
    func long() {
        let lines = Self.lines((0...25).map { ($0 * 5, .attempt) } + [(130, .reached)])
        #expect(
            lines == [
                "warning: The database cannot be reached. attempts=1 seconds=0",
                "warning: The database still cannot be reached. attempts=13 seconds=60",
                "warning: The database still cannot be reached. attempts=25 seconds=120",
                "notice: The database is back. attempts=26 seconds=130",
            ])
    }

    @Test("that had no line, for another one had it a moment ago, has one at its end where it was long")
    func soonAfter() {
        let lines = Self.lines([(0, .lost), (1, .reached), (10, .lost), (40, .reached), (45, .lost), (46, .reached)])
        #expect(
            lines == [
                "warning: The database is lost; it is tried again until it is back. attempts=0 seconds=0",
                "notice: The database is back. attempts=0 seconds=1",
                "notice: The database is back. attempts=0 seconds=30",
            ])
    }

    @Test("of one that comes and goes is a pair of lines a minute")
    func flapping() {
        let lines = Self.lines((0..<60).flatMap { [($0, .lost), ($0, .reached)] } + [(61, .lost), (62, .reached)])
        #expect(lines.count == 4)
    }

    @Test("says nothing of a first connection")
    func first() {
        #expect(Self.lines([(0, .reached)]).isEmpty)
    }
}
