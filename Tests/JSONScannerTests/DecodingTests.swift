import JSONScanner
import Testing

@Suite("What slices stand for")
struct DecodingTests {
    @Test(
        "A string's escapes are resolved",
        arguments: [
            (#""""#, ""), (#""plain é 😀""#, "plain é 😀"), (#""\"\\\/\b\f\n\r\t""#, "\"\\/\u{8}\u{C}\n\r\t"),
            (#""a\u0000b""#, "a\u{0}b"), (#""\u00e9\u20AC\uFFFF""#, "é€\u{FFFF}"), (#""\ud83d\ude00!""#, "😀!"),
            (#""\udbff\udfff""#, "\u{10FFFF}"), (#""é\u0301x""#, "é\u{301}x"), (#""\\u0041""#, #"\u0041"#),
        ])
    func strings(token: String, value: String) throws {
        let decoded = try withSlice(of: token) { $0.string(in: $1) }
        #expect(decoded.map { Array($0.unicodeScalars) } == Array(value.unicodeScalars))
    }

    @Test(
        "A string with half a surrogate pair, and what is no string, has no value",
        arguments: [
            #""\ud800""#, #""\udc00""#, #""\ud800\ud800""#, #""\ud800x""#, #""\ud800\n""#, #""\ud83dude00""#,
            #""x\udc00\ud800""#,
            #""\ud800\u0041""#, "1", "null", "[\"a\"]",
        ])
    func noString(token: String) throws {
        #expect(try withSlice(of: token) { $0.string(in: $1) } == nil)
    }

    @Test(
        "A string is compared by its value, however it is escaped",
        arguments: [
            (#""table""#, true), (#""\u0074able""#, true), (#""t\u0061b\u006c\u0065""#, true), (#""tabl""#, false),
            (#""tables""#, false), (#""Table""#, false), (#""\u0074ables""#, false), (#""\u0074abl""#, false),
            (#""table\ud800""#, false), (#""\u0054able""#, false), (#""table\u0000""#, false), ("null", false),
            (#""""#, false),
        ])
    func equality(token: String, isEqual: Bool) throws {
        try withSlice(of: token) { slice, bytes in
            #expect(slice.equals("table", in: bytes) == isEqual)
            #expect(slice.equals(Array("table".utf8), in: bytes) == isEqual)
        }
    }

    @Test("Strings that are equal to Unicode's eye but not scalar by scalar are not equal")
    func noCanonicalEquivalence() throws {
        #expect(try !withSlice(of: "\"e\u{301}\"") { $0.equals("\u{E9}", in: $1) })
        #expect(try withSlice(of: #""\ud83d\ude00""#) { $0.equals("😀", in: $1) })
        #expect(try withSlice(of: #""""#) { $0.equals("", in: $1) })
    }

    @Test(
        "A number is an integer if its value is one",
        arguments: [
            ("0", 0), ("-0", 0), ("1", 1), ("-17", -17), ("1.0", 1), ("1e0", 1), ("10e-1", 1), ("0.1e1", 1),
            ("1.50e1", 15),
            ("12E+2", 1200), ("100e-2", 1), ("0.000", 0), ("0e999999999999999999999", 0),
            ("9007199254740993", 9_007_199_254_740_993),
            ("9223372036854775807", .max), ("-9223372036854775808", .min), ("9.223372036854775807e18", .max),
            ("10203.0400e2", 1_020_304), ("1.5", nil), ("1e-1", nil), ("0.1", nil), ("9223372036854775808", nil),
            ("-9223372036854775809", nil), ("1e19", nil), ("1e400", nil), ("1e99999999999999999999999", nil),
            ("1e-99999999999999999999999", nil), ("100000000000000000000", nil), ("\"1\"", nil), ("true", nil),
        ] as [(String, Int?)])
    func integers(token: String, value: Int?) throws {
        #expect(try withSlice(of: token) { $0.integer(in: $1) } == value)
    }

    @Test("Numbers of a million digits cost no more than reading them")
    func hugeNumbers() throws {
        let zeros = String(repeating: "0", count: 1_000_000)
        #expect(try withSlice(of: "1\(zeros)e-1000000") { $0.integer(in: $1) } == 1)
        #expect(try withSlice(of: "0.\(zeros)1e1000001") { $0.integer(in: $1) } == 1)
        #expect(try withSlice(of: "1\(zeros)1") { $0.integer(in: $1) } == nil)
        #expect(try withSlice(of: "1\(zeros)") { $0.double(in: $1) } == nil)
    }

    @Test(
        "A double is the nearest one, if finite",
        arguments: [
            ("0", 0), ("1.5", 1.5), ("-2e3", -2000), ("1767225600.25", 1_767_225_600.25),
            ("9007199254740993", 9_007_199_254_740_992),
            ("1e-400", 0), ("1.7976931348623157e308", .greatestFiniteMagnitude), ("1e400", nil), ("-1e400", nil),
            ("1e309", nil),
            ("\"1\"", nil), ("null", nil),
        ] as [(String, Double?)])
    func doubles(token: String, value: Double?) throws {
        #expect(try withSlice(of: token) { $0.double(in: $1) } == value)
    }

    @Test("A scanner decodes its own slices")
    func scannerDecodes() throws {
        try Array(#"["\u0061",7.0,2.5]"#.utf8).withUnsafeBytes { bytes in
            var scanner = try JSONScanner(bytes)
            try scanner.enterArray()
            var slices: [JSONSlice] = []
            while try scanner.nextElement() { slices.append(try scanner.skipValue()) }
            #expect(scanner.string(slices[0]) == "a")
            #expect(scanner.equals(slices[0], "a"))
            #expect(scanner.equals(slices[0], [0x61]))
            #expect(scanner.integer(slices[1]) == 7)
            #expect(scanner.double(slices[2]) == 2.5)
        }
    }
}
