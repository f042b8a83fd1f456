import Testing

@testable import Kernel

@Suite("The Authorization header")
struct BearerTokenTests {
    @Test("the scheme counts in any case", arguments: ["Bearer a.b.c", "bearer a.b.c", "BEARER a.b.c", "bEaReR a.b.c"])
    func scheme(value: String) throws {
        #expect(try BearerToken(authorization: [value]).bytes == Array("a.b.c".utf8))
    }

    @Test(
        "without a bearer token there is none",
        arguments: [
            [], [""], ["Bearer"], ["Bearer "], ["Bearera.b.c"], ["Bearer\ta.b.c"], ["Basic YTpi"], ["a.b.c"],
            [" Bearer a.b.c"], ["\u{22}earer a.b.c"], ["Token a.b.c"],
        ])
    func missing(values: [String]) {
        #expect(throws: AuthenticationError.missingToken) { try BearerToken(authorization: values) }
    }

    @Test("a repeated header is refused, the same one too")
    func repeated() {
        #expect(throws: AuthenticationError.repeatedHeader) {
            try BearerToken(authorization: ["Bearer a.b.c", "Bearer a.b.c"])
        }
    }

    @Test("a second space is part of the token, which is no good then", arguments: ["Bearer  a.b.c", "Bearer a.b.c "])
    func spaces(value: String) throws {
        let token = try BearerToken(authorization: [value])
        #expect(throws: TokenDefect.notBase64URL) { try CompactJWS(token) }
    }

    @Test("a token shows itself to no one")
    func redaction() {
        let token = BearerToken("secret.secret.secret")
        var dumped = ""
        dump(token, to: &dumped)
        for text in ["\(token)", String(reflecting: token), String(describing: [token]), dumped] {
            #expect(!text.contains("secret"))
        }
    }

    @Test("errors have the documented codes and statuses")
    func codes() {
        #expect(AuthenticationError.missingToken.description.hasPrefix("missing_token: "))
        #expect(AuthenticationError.tokenExpired.code.rawValue == "token_expired")
        #expect(AuthenticationError.invalid(.algorithm).code.rawValue == "invalid_token")
        #expect(AuthenticationError.keysUnavailable.code.rawValue == "keys_unavailable")
        #expect(AuthenticationError.keysUnavailable.status == 503)
        for error in [AuthenticationError.missingToken, .repeatedHeader, .tokenExpired, .invalid(.signature)] {
            #expect(error.status == 401)
        }
    }
}
