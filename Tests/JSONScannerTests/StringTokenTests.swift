import JSONScanner
import Testing

@Suite("Writing strings")
struct StringTokenTests {
    func token(_ text: String) -> String {
        var bytes: [UInt8] = []
        JSONStringToken.append(text, to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    @Test(
        "What must be escaped is, and nothing else",
        arguments: [
            ("", #""""#), ("plain é 😀 / \u{7F}\u{2028}", "\"plain é 😀 / \u{7F}\u{2028}\""), ("\"\\", #""\"\\""#),
            ("\u{8}\t\n\u{C}\r", #""\b\t\n\f\r""#), ("a\u{0}b\u{1F}", #""a\u0000b\u001f""#),
            ("twelve bytes\"and more", #""twelve bytes\"and more""#),
            ("\u{1}\u{B}\u{E}\u{10}", #""\u0001\u000b\u000e\u0010""#),
        ])
    func escapes(text: String, expected: String) {
        #expect(token(text) == expected)
    }

    @Test("Every ASCII character at every place of a word is written as a token that reads back as it was")
    func roundTrips() throws {
        for value in UInt8.min...0x7F {
            for length in 0..<10 {
                let text = String(repeating: "x", count: length) + String(Unicode.Scalar(value)) + "yé"
                let needsEscapes = Array(text.utf8).withUnsafeBytes { JSONStringToken.needsEscapes($0) }
                try withSlice(of: token(text)) { slice, bytes in
                    #expect(slice.string(in: bytes) == text)
                    #expect(slice.hasEscapes == needsEscapes)
                }
            }
        }
    }

    @Test("A failing sink stops the writing with its own error")
    func failingSink() {
        struct Full: Error {}
        var pieces = 0
        #expect(throws: Full.self) {
            try Array("a\nb".utf8).withUnsafeBytes { bytes in
                try JSONStringToken.forEachPiece(of: bytes) { _ in
                    pieces += 1
                    if pieces == 3 { throw Full() }
                }
            }
        }
        #expect(pieces == 3)
    }
}
