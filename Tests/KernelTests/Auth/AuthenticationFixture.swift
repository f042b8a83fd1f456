import Kernel
import Logging

/// A verifier with its keys, a source of keys that a test scripts, and an issuer that the source publishes.
struct AuthenticationFixture {
    let time = SteppedTime()
    let metrics = RecordingMetrics()
    let issuer: TokenMinter
    let source: ScriptedKeySetSource
    let keys: KeyStore
    let verifier: TokenVerifier

    /// - Parameter loaded: Whether the keys were fetched once already.
    init(settings: AuthenticationSettings = .init(), loaded: Bool = true) async throws {
        issuer = try TokenMinter(key: try .numbered(1))
        source = ScriptedKeySetSource(issuer.keySetDocument)
        keys = KeyStore(
            source: source, settings: settings, time: time, metrics: metrics,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        verifier = TokenVerifier(settings: settings, keys: keys, time: time)
        if loaded { await keys.refresh() }
    }

    /// A good token of `issuer`, or of ours.
    func token(
        of issuer: TokenMinter? = nil, subject: String = "alice", validFor: Duration = .seconds(600)
    ) throws -> BearerToken {
        BearerToken(
            try (issuer ?? self.issuer).token(
                .init(subject: subject, issuedAt: time.now, expiresAt: time.now.advanced(by: validFor))))
    }

    /// What becomes of `token`.
    func outcome(of token: BearerToken) async -> Result<Principal, AuthenticationError> {
        do throws(AuthenticationError) { return .success(try await verifier.verify(token)) } catch {
            return .failure(error)
        }
    }
}

extension Ed25519PrivateKey {
    /// One of 256 keys that are the same in every run.
    static func numbered(_ number: UInt8) throws -> Ed25519PrivateKey {
        try Ed25519PrivateKey(seed: [UInt8](repeating: number, count: 32))
    }
}

/// A JWK set document with `keys`.
func keySetDocument(_ keys: [String]) -> [UInt8] {
    Array(#"{"keys":[\#(keys.joined(separator: ","))]}"#.utf8)
}

/// An Ed25519 JWK.
func jwk(_ id: String, _ key: Ed25519PublicKey, _ more: String = "") -> String {
    #"{"kty":"OKP","crv":"Ed25519","kid":"\#(id)","x":"\#(Base64URL.encode(key.rawRepresentation))"\#(more)}"#
}

/// The bytes that `text` spells in hexadecimal.
func hexadecimal(_ text: String) -> [UInt8] {
    let digits = text.compactMap(\.hexDigitValue)
    return stride(from: 0, to: digits.count - 1, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
}
