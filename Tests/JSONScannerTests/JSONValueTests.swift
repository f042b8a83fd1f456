import JSONScanner
import Testing

@Suite("Small documents as trees")
struct JSONValueTests {
    @Test("A token's claims are read")
    func claims() throws {
        let text =
            #"{"sub":"alice","exp":1767225600.5,"aud":["a","b"],"n":{"x":null},"admin":true,"iat":1e3,"off":false}"#
        let value = try JSONValue(parsing: Array(text.utf8))
        #expect(value["sub"]?.string == "alice")
        #expect(value["exp"]?.double == 1_767_225_600.5)
        #expect(value["exp"]?.integer == nil)
        #expect(value["iat"]?.integer == 1000)
        #expect(value["aud"]?.elements?.compactMap(\.string) == ["a", "b"])
        #expect(value["admin"]?.bool == true)
        #expect(value["off"]?.bool == false)
        #expect(value["missing"] == nil)
        #expect(value["sub"]?["x"] == nil)
        #expect(value.members?.map(\.name) == ["sub", "exp", "aud", "n", "admin", "iat", "off"])
        guard case .null? = value["n"]?["x"] else {
            Issue.record("null is a value, not an absence")
            return
        }
    }

    @Test(
        "What the grammar or strictness forbids is refused at its place",
        arguments: [
            (#"{"a":1,"a":2}"#, .duplicateMember, 7), (#"{"a":1,"\u0061":2}"#, .duplicateMember, 7),
            (#"[{"b":{"a":1,"c":2,"a":1}}]"#, .duplicateMember, 19), (#"["\ud800"]"#, .loneSurrogate, 1),
            (#"{"\udc00":1}"#, .loneSurrogate, 1), (#"{"a":1}x"#, .trailingBytes, 7), ("", .unexpectedEnd, 0),
            (#"{"a":01}"#, .unexpectedByte, 6), ("[[[[[]]]]]", .tooDeep, 4),
            ("[\"0123456789012345678901234567890\"]", .tooLong, 32),
        ] as [(String, JSONScanError.Reason, Int)])
    func refuses(text: String, reason: JSONScanError.Reason, offset: Int) {
        #expect(throws: JSONScanError(reason, at: offset)) {
            try JSONValue(parsing: Array(text.utf8), maximumLength: 32, maximumDepth: 4)
        }
    }

    @Test("One name in two objects, and names that only look alike, are no duplicates")
    func notDuplicates() throws {
        let value = try JSONValue(parsing: Array("{\"a\":{\"a\":1},\"\u{E9}\":2,\"e\u{301}\":3}".utf8))
        #expect(value["a"]?["a"]?.integer == 1)
        #expect(value["\u{E9}"]?.integer == 2)
        #expect(value["e\u{301}"]?.integer == 3)
    }
}
