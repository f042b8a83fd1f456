import HTTPTypes
import HummingbirdCore
import Testing

@testable import Kernel

@Suite("Pieces of requests")
struct RequestPiecesTests {
    @Test("a request id that is valid is taken over", arguments: ["a", "A-z_0.9", String(repeating: "x", count: 64)])
    func validID(_ text: String) {
        #expect(RequestID(of: [.requestID: text]).text == text)
    }

    @Test(
        "any other is replaced by a new one",
        arguments: ["", "a b", "a\u{e9}", "a/b", String(repeating: "x", count: 65)])
    func invalidID(_ text: String) {
        let id = RequestID(of: [.requestID: text])
        #expect(id.text != text && RequestID(id.text) == id && id.text.count == 24)
        #expect(id != RequestID())
    }

    @Test(
        "a traceparent is read as the recommendation says",
        arguments: [
            ("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", true),
            ("cc-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00-what", true),
            ("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-x", false),
            ("ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", false),
            ("00-00000000000000000000000000000000-b7ad6b7169203331-01", false),
            ("00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01", false),
            ("00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01", false),
            ("00_0af7651916cd43dd8448eb211c80319c_b7ad6b7169203331_01", false), ("", false), ("00-", false),
        ])
    func traceContext(text: String, isValid: Bool) {
        #expect((TraceContext(traceparent: text) != nil) == isValid)
    }

    @Test(
        "a trace's flags say whether it is sampled",
        arguments: [("00", false), ("01", true), ("fe", false), ("03", true)])
    func sampled(flags: String, isSampled: Bool) {
        let trace = TraceContext(traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-\(flags)")
        #expect(trace?.isSampled == isSampled)
    }

    @Test("networks contain their addresses, mapped ones too")
    func networks() throws {
        let cases = [
            ("10.0.0.0/8", "10.255.0.1", true), ("10.0.0.0/8", "11.0.0.1", false), ("10.1.2.3", "10.1.2.3", true),
            ("10.1.2.3", "10.1.2.4", false), ("10.0.0.0/9", "10.128.0.0", false), ("0.0.0.0/0", "203.0.113.9", true),
            ("10.0.0.0/8", "::ffff:10.0.0.1", true), ("2001:db8::/32", "2001:db8:1::1", true),
            ("2001:db8::/33", "2001:db8:8000::1", false), ("::1", "::1", true), ("::/0", "10.0.0.1", false),
        ]
        for (network, address, isInside) in cases {
            #expect(try #require(IPNetwork(network)).contains(try #require(IPAddress(address))) == isInside)
        }
        for text in ["10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/", "example.org", "", "::/129"] {
            #expect(IPNetwork(text) == nil)
        }
    }

    @Test("the client is the last one that no trusted proxy vouches for")
    func proxies() throws {
        let proxies = TrustedProxies(["10.0.0.0/8"])
        let cases: [(String, String?, String)] = [
            ("192.0.2.1", "203.0.113.5", "192.0.2.1"), ("10.0.0.1", nil, "10.0.0.1"),
            ("10.0.0.1", "203.0.113.5", "203.0.113.5"), ("10.0.0.1", "1.1.1.1, 203.0.113.5 , 10.0.0.2", "203.0.113.5"),
            ("10.0.0.1", "203.0.113.5, nonsense", "10.0.0.1"), ("10.0.0.1", "10.0.0.3, 10.0.0.2", "10.0.0.3"),
            ("10.0.0.1", "203.0.113.5:4711", "203.0.113.5"), ("10.0.0.1", "[2001:db8::1]:4711", "2001:db8::1"),
        ]
        for (peer, forwarded, client) in cases {
            var fields = HTTPFields()
            fields[.forwardedFor] = forwarded
            #expect(proxies.client(of: fields, peer: try #require(IPAddress(peer))).description == client)
        }
    }

    @Test(
        "a date is an IMF-fixdate",
        arguments: [(784_111_777, "Sun, 06 Nov 1994 08:49:37 GMT"), (0, "Thu, 01 Jan 1970 00:00:00 GMT")])
    func date(seconds: Int, text: String) {
        #expect(HTTPDate.text(secondsSinceEpoch: seconds) == text)
    }
}

@Suite("CORS")
struct CORSPolicyTests {
    private let policy = CORSPolicy(origins: ["https://app.example.org"])

    private func request(_ method: HTTPRequest.Method, origin: String?, asks: String? = nil) -> HTTPRequest {
        var request = HTTPRequest(method: method, scheme: nil, authority: nil, path: "/")
        request.headerFields[.origin] = origin
        request.headerFields[.accessControlRequestMethod] = asks
        return request
    }

    @Test("a preflight of a listed origin is granted")
    func granted() throws {
        let answer = try #require(
            policy.preflight(for: request(.options, origin: "https://app.example.org", asks: "POST")))
        #expect(answer.status == .noContent)
        #expect(answer.headers[.accessControlAllowOrigin] == "https://app.example.org")
        #expect(answer.headers[.accessControlAllowCredentials] == "true")
        #expect(
            answer.headers[.accessControlAllowHeaders]
                == "Authorization, Content-Encoding, Content-Type, Last-Event-ID, X-Client-Id, X-Confirm-Erase")
        #expect(answer.headers[.vary]?.contains("Origin") == true)
    }

    @Test(
        "any other origin gets no permission, and no wildcard",
        arguments: [
            "https://evil.example.org", "https://app.example.org.evil", "http://app.example.org", "null", "*", "",
        ])
    func refused(origin: String) throws {
        let answer = try #require(policy.preflight(for: request(.options, origin: origin, asks: "POST")))
        #expect(answer.headers[.accessControlAllowOrigin] == nil && answer.headers[.vary]?.contains("Origin") == true)
        #expect(policy.headers(for: request(.get, origin: origin))[values: .accessControlAllowOrigin].isEmpty)
    }

    @Test("OPTIONS without a question is no preflight")
    func noPreflight() {
        #expect(policy.preflight(for: request(.options, origin: "https://app.example.org")) == nil)
        #expect(policy.preflight(for: request(.options, origin: nil, asks: "POST")) == nil)
        #expect(policy.preflight(for: request(.post, origin: "https://app.example.org", asks: "POST")) == nil)
    }

    @Test("every answer varies by origin")
    func vary() {
        #expect(policy.headers(for: request(.get, origin: nil)) == [.vary: "Origin"])
        let fields = policy.headers(for: request(.get, origin: "https://app.example.org"))
        #expect(fields[.vary] == "Origin" && fields[.accessControlAllowOrigin] == "https://app.example.org")
    }
}
