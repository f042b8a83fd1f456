import Kernel
import Testing

@Suite("The parameters of a query")
struct QueryParametersTests {
    @Test(
        "are decoded as forms write them",
        arguments: [
            ("/p?a=1", "1"), ("/p?a=1&a=2", "1"), ("/p?b=2&a=1", "1"), ("/p?a=", ""), ("/p?a", ""), ("/p?b=1", nil),
            ("/p", nil), ("/p?", nil), ("/p?&&a=1&", "1"), ("/p?%61=1", "1"), ("/p?a=b=c", "b=c"),
            ("/p?a=%26%3D", "&="),
            ("/p?a=x+y", "x y"), ("/p?a=x%2By", "x+y"), ("/p?a=%C3%A4", "ä"), ("/p?a=1?b=2", "1?b=2"),
            ("/a=1?b=2", nil),
            ("/p?+a=1", nil), ("/p?=1&a=2", "2"), ("/p?b=\u{301}&\u{301}a=1&a=\u{302}", "\u{302}"),
        ] as [(String, String?)])
    func decodes(_ target: String, _ expected: String?) {
        #expect(QueryParameters(target: target).value(of: "a") == expected)
    }

    @Test(
        "show a broken escape as itself, and what is no UTF-8 as U+FFFD",
        arguments: [
            ("/p?a=%zz", "%zz"), ("/p?a=%", "%"), ("/p?a=%4", "%4"), ("/p?a=%%41", "%A"), ("/p?a=%ff", "\u{FFFD}"),
            ("/p?%zz=1&a=2", "2"),
        ])
    func broken(_ target: String, _ expected: String) {
        #expect(QueryParameters(target: target).value(of: "a") == expected)
    }

    @Test("keep a plus where asked to")
    func plus() {
        let query = QueryParameters(target: "/p?since=2026-01-01T00:00:00+02:00")
        #expect(query.value(of: "since", plus: .isPlus) == "2026-01-01T00:00:00+02:00")
        #expect(query.value(of: "since") == "2026-01-01T00:00:00 02:00")
    }
}
