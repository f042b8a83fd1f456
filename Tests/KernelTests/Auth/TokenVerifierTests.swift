import Testing

@testable import Kernel

@Suite("Verifying tokens")
struct TokenVerifierTests {
    @Test(
        "every token of the table has its outcome", arguments: TokenTable.shape + TokenTable.headers + TokenTable.claims
    )
    func table(row: TokenCase) async throws {
        let fixture = try await AuthenticationFixture()
        let token = BearerToken(try row.token(fixture))
        for round in 1...2 {
            let outcome = await fixture.outcome(of: token)
            switch row.outcome {
            case .accepted: #expect(try outcome.get().userID == "alice", "round \(round)")
            case .refused(let error): #expect(outcome == .failure(error), "round \(round)")
            }
        }
        #expect(fixture.source.fetchCount == 1 + row.fetches)
        if case .refused = row.outcome { #expect(fixture.verifier.cachedTokenCount == 0) }
    }

    @Test("a subject of the allowed form is the user id", arguments: TokenTable.goodSubjects)
    func subject(subject: String) async throws {
        let fixture = try await AuthenticationFixture()
        #expect(try await fixture.verifier.verify(try fixture.token(subject: subject)).userID == subject)
    }

    @Test(
        "any other subject is refused",
        arguments: TokenTable.badSubjects.map { #""\#($0)""# } + ["7", "null", "[\"a\"]"])
    func badSubject(json: String) async throws {
        let fixture = try await AuthenticationFixture()
        let token = try fixture.issuer.token(
            header: fixture.filled(#"{"alg":"EdDSA","kid":"KID"}"#),
            payload: fixture.filled(#"{"exp":NOW+600,"sub":"#) + json + "}")
        #expect(await fixture.outcome(of: BearerToken(token)) == .failure(.invalid(.subject)))
    }

    @Test("HS256 with the public key as the secret is refused, and fetches no keys")
    func confusedAlgorithm() async throws {
        let fixture = try await AuthenticationFixture()
        let header = fixture.filled(#"{"alg":"HS256","kid":"KID"}"#)
        let input =
            Base64URL.encode(header.utf8) + "." + Base64URL.encode(fixture.filled(#"{"sub":"alice","exp":NOW+9}"#).utf8)
        let secret = try Ed25519PrivateKey.numbered(1).publicKey.rawRepresentation
        let mac = Base64URL.encode(try hmac(key: secret, message: Array(input.utf8)))
        #expect(await fixture.outcome(of: BearerToken(input + "." + mac)) == .failure(.invalid(.signatureLength)))
        #expect(fixture.source.fetchCount == 1)
    }

    @Test("the claims reach the principal")
    func principal() async throws {
        let fixture = try await AuthenticationFixture()
        var contents = TokenMinter.Contents(
            subject: "alice", issuedAt: fixture.time.now, expiresAt: fixture.time.now.advanced(by: .seconds(60)))
        contents.email = "al\"ice\\\u{1}\n@example.com"
        contents.role = "админ"
        contents.sessionID = "s-1"
        let expected = Principal(
            userID: "alice", email: contents.email, role: contents.role, sessionID: "s-1", expiresAt: contents.expiresAt
        )
        #expect(try await fixture.verifier.verify(BearerToken(fixture.issuer.token(contents))) == expected)
    }

    @Test(
        "the issuer must be the configured one",
        arguments: [
            (#""iss":"https://auth""#, true), (#""iss":"https://auth/""#, false), (#""iss":["https://auth"]"#, false),
            (#""x":0"#, false), (#""iss":null"#, false),
        ])
    func issuer(claim: String, accepted: Bool) async throws {
        var settings = AuthenticationSettings()
        settings.issuer = "https://auth"
        let error = AuthenticationError.invalid(.issuer)
        try await expect(claim, accepted ? nil : error, settings)
    }

    @Test(
        "the audience must be the configured one, or a list that contains it",
        arguments: [
            (#""aud":"mana""#, true), (#""aud":["mana"]"#, true), (#""aud":["other","mana"]"#, true),
            (#""aud":"other""#, false), (#""aud":[]"#, false), (#""aud":["other"]"#, false),
            (#""aud":[["mana"]]"#, false),
            (#""aud":"mana2""#, false), (#""x":0"#, false), (#""aud":null"#, false), (#""aud":{"mana":1}"#, false),
        ])
    func audience(claim: String, accepted: Bool) async throws {
        var settings = AuthenticationSettings()
        settings.audience = "mana"
        try await expect(claim, accepted ? nil : .invalid(.audience), settings)
    }

    @Test("a token is verified once and remembered until it expires, leeway counted")
    func remembered() async throws {
        let fixture = try await AuthenticationFixture()
        let token = try fixture.token(validFor: .seconds(60))
        for _ in 0..<3 { _ = try await fixture.verifier.verify(token) }
        #expect(fixture.metrics[#"mana_sync_token_cache_total{result="hit"}"#] == 2)
        #expect(fixture.metrics[#"mana_sync_token_cache_total{result="miss"}"#] == 1)
        fixture.time.advance(by: .milliseconds(89_999))
        _ = try await fixture.verifier.verify(token)
        fixture.time.advance(by: .milliseconds(1))
        #expect(await fixture.outcome(of: token) == .failure(.tokenExpired))
    }

    @Test("with room for none nothing is remembered, and all works")
    func noCache() async throws {
        var settings = AuthenticationSettings()
        settings.cachedTokens = 0
        let fixture = try await AuthenticationFixture(settings: settings)
        for _ in 0..<2 { _ = try await fixture.verifier.verify(try fixture.token()) }
        #expect(fixture.verifier.cachedTokenCount == 0)
    }

    private func expect(_ claim: String, _ error: AuthenticationError?, _ settings: AuthenticationSettings) async throws
    {
        let fixture = try await AuthenticationFixture(settings: settings)
        let token = try fixture.issuer.token(
            header: fixture.filled(#"{"alg":"EdDSA","kid":"KID"}"#),
            payload: fixture.filled(#"{"sub":"alice","exp":NOW+600,"# + claim + "}"))
        switch await fixture.outcome(of: BearerToken(token)) {
        case .success: #expect(error == nil)
        case .failure(let failure): #expect(failure == error)
        }
    }

    /// HMAC-SHA-256 (RFC 2104) with a key of at most 64 bytes.
    private func hmac(key: [UInt8], message: [UInt8]) throws -> [UInt8] {
        let block = key + [UInt8](repeating: 0, count: 64 - key.count)
        let inner = try SHA256Digest.of(block.map { $0 ^ 0x36 } + message)
        return try SHA256Digest.of(block.map { $0 ^ 0x5C } + inner.bytes).bytes
    }
}
