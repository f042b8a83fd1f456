import Domain
import Testing

@Suite("Names")
struct NameTests {
    @Test(
        "An app's name is 1 to 64 of A-Z a-z 0-9 . _ -, and neither . nor ..",
        arguments: [
            ("a", true), ("A", true), ("0", true), ("-", true), ("_", true), ("...", true), (".a", true),
            ("a..b", true),
            (String(repeating: "x", count: 64), true), ("todo-2.0_beta", true), ("", false), (".", false),
            ("..", false),
            (String(repeating: "x", count: 65), false), ("a b", false), ("a/b", false), ("a\u{0}", false), ("ä", false),
            ("a\u{308}", false), ("a:b", false), ("a%20", false), ("a\n", false), ("٣", false), ("`", false),
            ("@", false),
            ("[", false), ("{", false),
        ])
    func appID(text: String, isGood: Bool) {
        #expect(AppID(text)?.text == (isGood ? text : nil))
    }

    @Test("An app's name is read from a part of a longer text")
    func appIDOfSubstring() {
        #expect(AppID("/todo/pull".split(separator: "/")[0])?.description == "todo")
    }

    @Test("Names are compared by their bytes: canonical equivalence makes no two of them one")
    func bytes() {
        let (composed, decomposed) = (TableName("caf\u{E9}"), TableName("cafe\u{301}"))
        #expect(composed.text == decomposed.text)
        #expect(composed != decomposed)
        #expect(Set([composed, decomposed, composed]).count == 2)
    }
}
