import JSONScanner
import Testing

@Suite("The grammar of RFC 8259")
struct GrammarTests {
    @Test(
        "Every kind of value is a text of its own, whitespace around it",
        arguments: [
            "null", "true", "false", "0", "\"\"", "[]", "{}", " \t\r\n[ \n] \r", "[1]", "[1,2]", "{\"\":0}",
            "{ \"a\" : [ { } , [ ] , null ] , \"a\" : { \"b\" : false } }", "[[[[]],{}]]",
            "\"a string that is longer than one word of eight\"", "[true,false,null,\"x\",-1.5e3]",
        ])
    func accepts(text: String) {
        #expect(scanError(text) == nil)
    }

    @Test(
        "What is against the structure is refused at the byte where it is",
        arguments: [
            ("", .unexpectedEnd, 0), (" ", .unexpectedEnd, 1), ("[", .unexpectedEnd, 1), ("{", .unexpectedEnd, 1),
            ("[1", .unexpectedEnd, 2), ("[1,", .unexpectedEnd, 3), ("{\"a\"", .unexpectedEnd, 4),
            ("{\"a\":", .unexpectedEnd, 5), ("{\"a\":1", .unexpectedEnd, 6), ("{\"a\":1,", .unexpectedEnd, 7),
            ("]", .unexpectedByte, 0), ("}", .unexpectedByte, 0), (",", .unexpectedByte, 0),
            ("[,]", .unexpectedByte, 1),
            ("[1,]", .unexpectedByte, 3), ("[1,,2]", .unexpectedByte, 3), ("[1 2]", .unexpectedByte, 3),
            ("[1}", .unexpectedByte, 2), ("{\"a\":1]", .unexpectedByte, 6), ("{\"a\":1,}", .unexpectedByte, 7),
            ("{a:1}", .unexpectedByte, 1), ("{1:1}", .unexpectedByte, 1), ("{\"a\" 1}", .unexpectedByte, 5),
            ("{\"a\"}", .unexpectedByte, 4), ("{\"a\":}", .unexpectedByte, 5), ("{,}", .unexpectedByte, 1),
            ("{\"a\":1 \"b\":2}", .unexpectedByte, 7), ("'a'", .unexpectedByte, 0), ("[1]//", .trailingBytes, 3),
            ("[] []", .trailingBytes, 3), ("1 1", .trailingBytes, 2), ("\u{FEFF}{}", .unexpectedByte, 0),
            ("\u{A0}1", .unexpectedByte, 0), ("\u{0C}1", .unexpectedByte, 0), ("NaN", .unexpectedByte, 0),
            ("tru", .unexpectedEnd, 3), ("trux", .invalidLiteral, 3), ("nul]", .invalidLiteral, 3),
            ("True", .unexpectedByte, 0), ("falsefalse", .trailingBytes, 5), ("[nulll]", .unexpectedByte, 5),
        ] as [(String, JSONScanError.Reason, Int)])
    func refusesStructure(text: String, reason: JSONScanError.Reason, offset: Int) {
        #expect(scanError(text) == JSONScanError(reason, at: offset))
        var rejoined: [UInt8] = []
        #expect(walkError(Array(text.utf8), rejoined: &rejoined) == JSONScanError(reason, at: offset))
    }

    @Test(
        "Every number of the grammar is accepted, whatever its size",
        arguments: [
            "0", "-0", "10", "-1", "9007199254740993", "1e400", "-1E-400", "0.1", "-0.10", "0e0", "0E+1", "1.0",
            "12.5e-07",
            "123456789012345678901234567890.123456789012345678901234567890e+99999",
        ])
    func acceptsNumbers(text: String) {
        #expect(scanError(text) == nil)
        #expect(scanError("[\(text)]") == nil)
    }

    @Test(
        "What is against the numbers' grammar is refused",
        arguments: [
            ("-", .unexpectedEnd, 1), ("1.", .unexpectedEnd, 2), ("1e", .unexpectedEnd, 2), ("1e+", .unexpectedEnd, 3),
            ("[-]", .invalidNumber, 2), ("[1.]", .invalidNumber, 3), ("[1.e1]", .invalidNumber, 3),
            ("[1e]", .invalidNumber, 3), ("[1e-]", .invalidNumber, 4), ("[-a]", .invalidNumber, 2),
            ("01", .trailingBytes, 1), ("[01]", .unexpectedByte, 2), ("[-01]", .unexpectedByte, 3),
            ("[+1]", .unexpectedByte, 1), ("[.1]", .unexpectedByte, 1), ("[0x1]", .unexpectedByte, 2),
            ("[1.2.3]", .unexpectedByte, 4), ("[1e1e1]", .unexpectedByte, 4), ("[1_0]", .unexpectedByte, 2),
            ("[-Infinity]", .invalidNumber, 2),
        ] as [(String, JSONScanError.Reason, Int)])
    func refusesNumbers(text: String, reason: JSONScanError.Reason, offset: Int) {
        #expect(scanError(text) == JSONScanError(reason, at: offset))
    }

    @Test(
        "Every escape of the grammar is accepted, half surrogate pairs and U+0000 too",
        arguments: [
            #""\"\\\/\b\f\n\r\t""#, #""\u0000\u001f\uFFFF\uabCD""#, #""\ud800""#, #""\udc00\ud800""#,
            #""\ud83d\ude00""#,
            #"{"\u0074able":"\ud800"}"#, "\"\u{7F}\u{80}\u{2028}\"",
        ])
    func acceptsEscapes(text: String) {
        #expect(scanError(text) == nil)
    }

    @Test(
        "What is against the strings' grammar is refused",
        arguments: [
            ("\"", .unexpectedEnd, 1), ("\"abc", .unexpectedEnd, 4), ("\"\\", .unexpectedEnd, 2),
            ("\"\\\"", .unexpectedEnd, 3), (#""\u12"#, .unexpectedEnd, 5), (#""\u12""#, .invalidEscape, 1),
            (#""\u12g4""#, .invalidEscape, 1), (#""\x41""#, .invalidEscape, 1), (#""12345678\a""#, .invalidEscape, 9),
            (#""\U0041""#, .invalidEscape, 1), (#""\'""#, .invalidEscape, 1), ("\"a\u{0}\"", .controlCharacter, 2),
            ("\"a\nb\"", .controlCharacter, 2), ("\"1234567890\t\"", .controlCharacter, 11),
            ("\"\u{1F}\"", .controlCharacter, 1),
        ] as [(String, JSONScanError.Reason, Int)])
    func refusesStrings(text: String, reason: JSONScanError.Reason, offset: Int) {
        #expect(scanError(text) == JSONScanError(reason, at: offset))
    }

    @Test(
        "In every place of a word, every byte below 0x20, a quote and a backslash are found, and no other is",
        arguments: 0..<9)
    func findsStopsAnywhere(index: Int) {
        for byte in UInt8.min...0x7F {
            var text = [UInt8](repeating: UInt8(ascii: "a"), count: 20)
            text[0] = UInt8(ascii: "\"")
            text[19] = UInt8(ascii: "\"")
            text[index + 1] = byte
            let reason = scanError(text)?.reason
            switch byte {
            case 0..<0x20: #expect(reason == .controlCharacter)
            case UInt8(ascii: "\""): #expect(reason == .trailingBytes)
            case UInt8(ascii: "\\"): #expect(reason == .invalidEscape)
            default: #expect(reason == nil)
            }
        }
    }
}
