import HTTPTypes
import Testing

@testable import Kernel

@Suite("The table of routes")
struct RouteTableTests {
    private static let table = RouteTable<String>(
        [
            (.get, "/"), (.get, "/sync/{app}/pull"), (.post, "/sync/{app}"), (.get, "/notes/{id}"),
            (.post, "/notes/latest"), (.delete, "/notes/{other}"), (.get, "/notes/{id}/lines/{line}"),
        ].compactMap { method, path in PathTemplate(path).map { (method, $0, "\(method) \(path)") } })

    @Test(
        "finds the one route that takes a request",
        arguments: [
            (.get, "/", "GET / "), (.head, "/", "GET / "),
            (.get, "/sync/todo/pull", "GET /sync/{app}/pull app=todo"),
            (.post, "/sync/todo", "POST /sync/{app} app=todo"),
            (.post, "/notes/latest", "POST /notes/latest "),
            (.get, "/notes/latest", "GET /notes/{id} id=latest"),
            (.delete, "/notes/latest", "DELETE /notes/{other} other=latest"),
            (.get, "/notes/a%2Fb/lines/%C3%A4", "GET /notes/{id}/lines/{line} id=a/b line=ä"),
            (.get, "/n%6Ftes/1", "GET /notes/{id} id=1"),
            (.get, "/notes/a\u{301}", "GET /notes/{id} id=a\u{301}"),
            (.get, "/notes/\u{301}/lines/\u{302}", "GET /notes/{id}/lines/{line} id=\u{301} line=\u{302}"),
        ] as [(HTTPRequest.Method, String, String)])
    func finds(_ method: HTTPRequest.Method, _ path: String, _ expected: String) {
        #expect(Self.outcome(method, path) == expected)
    }

    @Test(
        "says what is wrong with the others",
        arguments: [
            (.get, "/sync", "not found"), (.get, "/sync/todo/pull/", "not found"), (.get, "/sync//pull", "not found"),
            (.get, "//", "not found"), (.get, "/sync/todo/PULL", "not found"), (.get, "/sync%2Ftodo/pull", "not found"),
            (.get, "/notes/", "not found"), (.get, "/notes/%2F/", "not found"),
            (.get, "/sync/todo", "allowed: POST"), (.head, "/sync/todo", "allowed: POST"),
            (.put, "/notes/latest", "allowed: DELETE, GET, HEAD, POST"),
            (.put, "/notes/x", "allowed: DELETE, GET, HEAD"),
            (.post, "/", "allowed: GET, HEAD"), (.options, "/", "allowed: GET, HEAD"),
            (.get, "", "malformed"), (.get, "*", "malformed"), (.get, "notes/1", "malformed"),
            (.get, "http://host/notes/1", "malformed"), (.get, "/notes/%", "malformed"),
            (.get, "/notes/%4", "malformed"),
            (.get, "/notes/%4g", "malformed"), (.get, "/notes/%ff", "malformed"), (.get, "/notes/%C0%AF", "malformed"),
            (.get, "/nowhere/%zz", "malformed"),
        ] as [(HTTPRequest.Method, String, String)])
    func finds404(_ method: HTTPRequest.Method, _ path: String, _ expected: String) {
        #expect(Self.outcome(method, path) == expected)
    }

    private static func outcome(_ method: HTTPRequest.Method, _ path: String) -> String {
        switch table.match(method: method, path: path[...]) {
        case .found(let target, let parameters):
            let names = ["app", "id", "other", "line"].filter { !parameters[$0].isEmpty }
            return "\(target) \(names.map { "\($0)=\(parameters[$0])" }.joined(separator: " "))"
        case .wrongMethod(let allowed): return "allowed: \(allowed.map(\.rawValue).joined(separator: ", "))"
        case .notFound: return "not found"
        case .malformed: return "malformed"
        }
    }
}

@Suite("A path's template")
struct PathTemplateTests {
    @Test(
        "is read",
        arguments: [
            ("/", [.literal("")]), ("/a", [.literal("a")]),
            ("/sync/{appId}/pull", [.literal("sync"), .parameter("appId"), .literal("pull")]),
            ("/.well-known/a~b", [.literal(".well-known"), .literal("a~b")]), ("/{a_1}", [.parameter("a_1")]),
        ] as [(String, [PathTemplate.Segment])])
    func reads(_ text: String, _ segments: [PathTemplate.Segment]) {
        #expect(PathTemplate(text)?.segments == (text == "/" ? [] : segments))
    }

    @Test(
        "is refused where no request could fit it, or what it means is unclear",
        arguments: [
            "", "a", "a/b", "//", "/a/", "/a//b", "/{}", "/{a", "/a}", "/{a}{b}", "/{a{b}", "/x{a}", "/{a}/{a}",
            "/a%20b", "/a b",
            "/ä", "/a?b", "/a#b", "/.", "/../a", "/{a-b}", "/{ä}",
        ])
    func refuses(_ text: String) {
        #expect(PathTemplate(text) == nil)
    }

    @Test(
        "overlaps another one where some path fits both",
        arguments: [
            ("/a/{x}", "/{y}/b", true), ("/a/{x}", "/a/{y}", true), ("/a/b", "/a/b", true), ("/a/{x}", "/b/{x}", false),
            ("/a", "/a/{x}", false), ("/", "/", true), ("/{x}", "/", false),
        ])
    func overlaps(_ one: String, _ other: String, _ expected: Bool) throws {
        let (one, other) = (try #require(PathTemplate(one)), try #require(PathTemplate(other)))
        #expect(one.overlaps(other) == expected)
        #expect(other.overlaps(one) == expected)
    }
}
