import JSONScanner
import Testing

@Suite("Pulling values")
struct PullTests {
    func withScanner(_ text: String, _ body: (inout JSONScanner) throws -> Void) throws {
        try Array(text.utf8).withUnsafeBytes { bytes in
            var scanner = try JSONScanner(bytes)
            try body(&scanner)
        }
    }

    func text(_ slice: JSONSlice, _ scanner: JSONScanner) -> String {
        String(decoding: scanner.bytes[slice.range], as: UTF8.self)
    }

    @Test(
        "A skipped value is its bytes, without the whitespace around it",
        arguments: [
            ("9007199254740993", .number, false), ("-0", .number, false), ("1e400", .number, false),
            ("true", .true, false),
            ("false", .false, false), ("null", .null, false), ("\"plain\"", .string, false),
            (#""\ud800""#, .string, true),
            (#"{"a":1, "a":"\u0000"}"#, .object, false), ("[ 1.0 , [] ]", .array, false),
        ] as [(String, JSONKind, Bool)])
    func slices(value: String, kind: JSONKind, hasEscapes: Bool) throws {
        try withScanner("{\"x\" : \(value) \n}") { scanner in
            try scanner.enterObject()
            _ = try scanner.nextMember()
            #expect(try scanner.peekKind() == kind)
            let slice = try scanner.skipValue()
            #expect(text(slice, scanner) == value)
            #expect(slice.kind == kind)
            #expect(slice.hasEscapes == hasEscapes)
            #expect(try scanner.nextMember() == nil)
            try scanner.finish()
        }
    }

    @Test("Every member is given, duplicates and escaped names included, and values left unread are passed over")
    func members() throws {
        try withScanner(#"{"a":{"deep":[1,2]},"b":2,"a":"x","\u0061":null}"#) { scanner in
            var names: [String] = []
            try scanner.enterObject()
            while let name = try scanner.nextMember() { names.append(text(name, scanner)) }
            #expect(names == [#""a""#, #""b""#, #""a""#, #""\u0061""#])
            try scanner.finish()
        }
    }

    @Test("Elements left unread are passed over, and counted")
    func elements() throws {
        try withScanner("[ 1 , {\"a\":[]} , \"x\" ]") { scanner in
            var count = 0
            try scanner.enterArray()
            while try scanner.nextElement() { count += 1 }
            #expect(count == 3)
            try scanner.finish()
        }
    }

    @Test("An unread value that is invalid is an error all the same")
    func unreadIsValidated() throws {
        try withScanner(#"{"a":[1,},"b":2}"#) { scanner in
            try scanner.enterObject()
            _ = try scanner.nextMember()
            #expect(throws: JSONScanError(.unexpectedByte, at: 8)) { try scanner.nextMember() }
        }
        try withScanner(#"{"a":}"#) { scanner in
            try scanner.enterObject()
            _ = try scanner.nextMember()
            #expect(throws: JSONScanError(.unexpectedByte, at: 5)) { try scanner.nextMember() }
        }
    }

    @Test("A container can be left in the middle, before its first item and within a value")
    func leaving() throws {
        try withScanner(#"[[1,2,{"a":[3]}],[],{"b":4,"c":5},6]"#) { scanner in
            try scanner.enterArray()
            #expect(try scanner.nextElement())
            try scanner.enterArray()
            #expect(try scanner.nextElement())
            try scanner.leave()
            #expect(try scanner.nextElement())
            try scanner.enterArray()
            try scanner.leave()
            #expect(try scanner.nextElement())
            try scanner.enterObject()
            _ = try scanner.nextMember()
            try scanner.leave()
            #expect(try scanner.nextElement())
            #expect(text(try scanner.skipValue(), scanner) == "6")
            #expect(try !scanner.nextElement())
            #expect(throws: JSONScanError.self) { try scanner.leave() }
        }
    }

    @Test(
        "Finishing early validates all that was not looked at",
        arguments: [("[1,[2,{\"a\":3}]] ", true), ("[1,[2,{\"a\":3]]]", false)])
    func finishingEarly(text: String, isValid: Bool) throws {
        try withScanner(text) { scanner in
            try scanner.enterArray()
            _ = try scanner.nextElement()
            if isValid {
                try scanner.finish()
                #expect(scanner.position == text.utf8.count)
            } else {
                #expect(throws: JSONScanError(.unexpectedByte, at: 12)) { try scanner.finish() }
            }
        }
    }

    @Test("A value of the wrong kind is named as such, and can still be skipped")
    func wrongKind() throws {
        try withScanner("[ 1, {} ]") { scanner in
            #expect(throws: JSONScanError(.expectedObject, at: 0)) { try scanner.enterObject() }
            try scanner.enterArray()
            _ = try scanner.nextElement()
            #expect(throws: JSONScanError(.expectedArray, at: 2)) { try scanner.enterArray() }
            #expect(throws: JSONScanError(.expectedObject, at: 2)) { try scanner.nextMember() }
            try scanner.skipValue()
            #expect(throws: JSONScanError(.noValueHere, at: 3)) { try scanner.skipValue() }
            try scanner.finish()
        }
    }

    @Test("An empty buffer without an address is an empty text")
    func emptyBuffer() throws {
        var scanner = try JSONScanner(UnsafeRawBufferPointer(start: nil, count: 0))
        #expect(throws: JSONScanError(.unexpectedEnd, at: 0)) { try scanner.finish() }
    }

    @Test("An error tells its reason and place, and nothing of the text")
    func errorDescription() {
        #expect(scanError("[\"secret\nvalue\"]")?.description == "control_character at byte 8")
    }
}
