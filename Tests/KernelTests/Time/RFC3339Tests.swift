import Kernel
import Testing

@Suite("RFC 3339")
struct RFC3339Tests {
    static let noon: Int64 = 1_767_355_200_000_000

    @Test(
        "A fraction of any length is read, rounded down to microseconds",
        arguments: [
            ("", 0), (".0", 0), (".1", 100_000), (".12", 120_000), (".123", 123_000), (".1234", 123_400),
            (".12345", 123_450),
            (".123456", 123_456), (".1234569", 123_456), (".12345699", 123_456), (".123456999", 123_456),
            (".1234569999", 123_456), (".12345699999", 123_456), (".123456999999", 123_456), (".000000999999", 0),
            (".999999999999", 999_999), (".000001", 1), (".9" + String(repeating: "9", count: 200), 999_999),
        ])
    func fraction(text: String, microseconds: Int64) {
        #expect(UnixTime(rfc3339: "2026-01-02T12:00:00\(text)Z")?.microseconds == Self.noon + microseconds)
        #expect(UnixTime(rfc3339: "1969-12-31T23:59:59\(text)Z")?.microseconds == -1_000_000 + microseconds)
    }

    @Test(
        "Offsets, lower case and a space are read",
        arguments: [
            "2026-01-02T12:00:00Z", "2026-01-02t12:00:00z", "2026-01-02 12:00:00Z", "2026-01-02T12:00:00+00:00",
            "2026-01-02T12:00:00-00:00", "2026-01-02T14:00:00+02:00", "2026-01-02T17:45:00+05:45",
            "2026-01-02T04:00:00-08:00",
            "2026-01-03T11:59:00+23:59", "2026-01-01T12:01:00-23:59",
        ])
    func forms(text: String) {
        #expect(UnixTime(rfc3339: text)?.microseconds == Self.noon)
    }

    @Test(
        "A leap second is the second after",
        arguments: [
            ("2016-12-31T23:59:60Z", "2017-01-01T00:00:00.000000Z"),
            ("1990-12-31T15:59:60.5-08:00", "1991-01-01T00:00:00.500000Z"),
        ])
    func leapSecond(text: String, meaning: String) {
        #expect(UnixTime(rfc3339: text)?.rfc3339 == meaning)
    }

    @Test(
        "Days at the ends of months, leap years and the calendar are read and written",
        arguments: [
            ("0001-01-01T00:00:00.000000Z", -62_135_596_800), ("0004-02-29T00:00:00.000000Z", -62_035_891_200),
            ("1582-10-10T00:00:00.000000Z", -12_219_724_800), ("1900-02-28T00:00:00.000000Z", -2_203_977_600),
            ("1969-12-31T23:59:59.000000Z", -1), ("1970-01-01T00:00:00.000000Z", 0),
            ("2000-02-29T00:00:00.000000Z", 951_782_400),
            ("2024-02-29T23:59:59.000000Z", 1_709_251_199), ("2100-02-28T00:00:00.000000Z", 4_107_456_000),
            ("2400-02-29T00:00:00.000000Z", 13_574_563_200), ("9999-12-31T23:59:59.000000Z", 253_402_300_799),
        ])
    func calendar(text: String, seconds: Int64) {
        #expect(UnixTime(rfc3339: text) == UnixTime(seconds: seconds))
        #expect(UnixTime(seconds: seconds).rfc3339 == text)
    }

    @Test(
        "What lies outside of the years that are written is read as their end",
        arguments: [
            ("0000-01-01T00:00:00Z", "0001-01-01T00:00:00.000000Z"),
            ("0000-02-29T12:00:00Z", "0001-01-01T00:00:00.000000Z"),
            ("0000-01-01T00:00:00+23:59", "0001-01-01T00:00:00.000000Z"),
            ("0001-01-01T00:00:00+00:01", "0001-01-01T00:00:00.000000Z"),
            ("0000-12-31T23:59:59-01:00", "0001-01-01T00:59:59.000000Z"),
            ("9999-12-31T23:59:59-00:01", "9999-12-31T23:59:59.999999Z"),
            ("9999-12-31T23:59:60Z", "9999-12-31T23:59:59.999999Z"),
        ])
    func clamped(text: String, meaning: String) {
        #expect(UnixTime(rfc3339: text)?.rfc3339 == meaning)
    }

    @Test(
        "What does not exist is refused",
        arguments: [
            "2026-02-29T00:00:00Z", "2100-02-29T00:00:00Z", "1900-02-29T00:00:00Z", "2026-04-31T00:00:00Z",
            "2026-06-31T00:00:00Z",
            "2026-00-01T00:00:00Z", "2026-13-01T00:00:00Z", "2026-01-00T00:00:00Z", "2026-01-32T00:00:00Z",
            "2026-01-01T24:00:00Z",
            "2026-01-01T00:60:00Z", "2026-01-01T00:00:61Z", "2026-01-01T00:00:00+24:00", "2026-01-01T00:00:00+00:60",
            "0000-02-30T00:00:00Z", "0000-00-00T00:00:00Z",
        ])
    func impossible(text: String) {
        #expect(UnixTime(rfc3339: text) == nil)
    }

    @Test(
        "Garbage is refused",
        arguments: [
            "", "Z", "T", "2026", "2026-01-02", "2026-01-02T", "12:00:00Z", "2026-01-02T12:00Z", "2026-01-02T12:00:00",
            "2026-01-02T12:00:00.Z", "2026-01-02T12:00:00,5Z", "2026-01-02T12:00:00ZZ", "2026-01-02T12:00:00Z ",
            " 2026-01-02T12:00:00Z", "2026-01-02T12:00:00 Z", "2026-01-02T12:00:00+0200", "2026-01-02T12:00:00+02",
            "2026-01-02T12:00:00+2:00", "2026-01-02T12:00:00GMT", "26-01-02T12:00:00Z", "+2026-01-02T12:00:00Z",
            "-2026-01-02T12:00:00Z", "12026-01-02T12:00:00Z", "2026-1-2T12:00:00Z", "2026/01/02T12:00:00Z",
            "2026-01-02_12:00:00Z", "20260102T120000Z", "2026-W01-5T12:00:00Z", "2026-002T12:00:00Z",
            "٢٠٢٦-01-02T12:00:00Z",
            "2026-01-02T12:00:00\u{2212}02:00", "2026-01-02T12:00:00Z\u{0}", "2026-01-02T-1:00:00Z",
            "2026-01-02T12:00:0xZ",
            "2026-01-02T12:00:00.1.2Z", "1767355200", "NaN",
        ])
    func garbage(text: String) {
        #expect(UnixTime(rfc3339: text) == nil)
    }

    @Test("Damaged and cut texts are refused or are another instant, and never crash")
    func damaged() {
        let seed = UInt64.random(in: 0 ... .max)
        var generator = ConfigurationFuzzTests.Seeded(state: seed)
        let whole = Array("2026-01-02T12:00:00.123456+02:00".utf8)
        for length in 0..<whole.count {
            #expect(whole[..<length].withUnsafeBytes { UnixTime(rfc3339: $0) } == nil, "the first \(length) bytes")
        }
        for _ in 0..<20_000 {
            var bytes = whole
            for _ in 0..<Int.random(in: 1...3, using: &generator) {
                bytes[Int.random(in: bytes.indices, using: &generator)] = .random(in: 0...255, using: &generator)
            }
            let time = bytes.withUnsafeBytes { UnixTime(rfc3339: $0) }
            #expect(time.map { UnixTime(rfc3339: $0.rfc3339) == $0 } ?? true, "seed \(seed): \(bytes)")
        }
    }
}
