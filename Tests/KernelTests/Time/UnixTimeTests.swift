import Foundation
import Kernel
import Testing

@Suite("Instants")
struct UnixTimeTests {
    static let range: ClosedRange<Int64> = -62_135_596_800_000_000...253_402_300_799_999_999

    /// Random instants of all the years that can be written, and of the microseconds around the seams.
    static func instants(seed: UInt64) -> [UnixTime] {
        var generator = ConfigurationFuzzTests.Seeded(state: seed)
        let seams: [Int64] = [range.lowerBound, range.upperBound, 0, 951_782_400_000_000, -2_203_891_200_000_000]
        let near = seams.flatMap { seam in (-3...3).map { seam + $0 } }.filter(range.contains)
        return (near + (0..<20_000).map { _ in .random(in: range, using: &generator) }).map(
            UnixTime.init(microseconds:))
    }

    @Test("are read as they are written, in 27 bytes, over all the years that can be written")
    func roundTrip() {
        let seed = UInt64.random(in: 0 ... .max)
        for time in Self.instants(seed: seed) {
            let text = time.rfc3339
            #expect(
                text.utf8.count == UnixTime.rfc3339Width && UnixTime(rfc3339: text) == time, "seed \(seed): \(text)")
        }
    }

    @Test("are in the order of their texts")
    func order() {
        let seed = UInt64.random(in: 0 ... .max)
        let times = Self.instants(seed: seed)
        #expect(times.sorted().map(\.rfc3339) == times.map(\.rfc3339).sorted(), "seed \(seed)")
    }

    @Test("are written as another implementation of the calendar writes them")
    func calendar() {
        let seed = UInt64.random(in: 0 ... .max)
        let style = Date.ISO8601FormatStyle()
        // Foundation's calendar is Julian before 1582.
        for time in Self.instants(seed: seed) where time.seconds > -12_000_000_000 {
            let expected = Date(timeIntervalSince1970: Double(time.seconds)).formatted(style)
            #expect(time.rfc3339.prefix(19) + "Z" == expected, "seed \(seed)")
        }
    }

    @Test(
        "outside of the years 0001 to 9999 are written as the nearest that can be",
        arguments: [
            (Int64.min, "0001-01-01T00:00:00.000000Z"), (-62_135_596_800_000_001, "0001-01-01T00:00:00.000000Z"),
            (253_402_300_800_000_000, "9999-12-31T23:59:59.999999Z"), (Int64.max, "9999-12-31T23:59:59.999999Z"),
        ])
    func clamped(microseconds: Int64, text: String) {
        #expect(UnixTime(microseconds: microseconds).rfc3339 == text)
    }

    @Test(
        "have whole seconds rounded towards the past",
        arguments: [
            (0, 0), (1, 0), (999_999, 0), (1_000_000, 1), (-1, -1), (-999_999, -1), (-1_000_000, -1), (-1_000_001, -2),
        ])
    func seconds(microseconds: Int64, seconds: Int64) {
        #expect(UnixTime(microseconds: microseconds).seconds == seconds)
    }

    @Test(
        "move by durations, and differ by them",
        arguments: [
            (Duration.seconds(300), 300_000_000), (.seconds(-1), -1_000_000), (.nanoseconds(1999), 1),
            (.nanoseconds(-1999), -1),
            (.zero, 0), (.seconds(86_400 * 365), 31_536_000_000_000),
        ] as [(Duration, Int64)])
    func durations(duration: Duration, microseconds: Int64) {
        let start = UnixTime(seconds: 1_767_225_600)
        let end = start.advanced(by: duration)
        #expect(end.microseconds - start.microseconds == microseconds)
        #expect(end.since(start) == .microseconds(microseconds))
    }

    @Test("of the machine's clock go on, and are of this age")
    func system() {
        let first = SystemTimeSource().now
        #expect(first > UnixTime(seconds: 1_700_000_000))
        #expect(SystemTimeSource().now >= first)
    }
}
