import JSONScanner

/// The claims of a token that is signed by a known key (RFC 7519 section 4.1), read and checked.
struct TokenClaims {
    /// The instant from which on the token is no longer good, leeway not counted.
    let expiresAt: UnixTime
    private let claims: JSONValue

    /// The claims in `bytes`, which are good at `now`.
    init(
        parsing bytes: [UInt8], at now: UnixTime, settings: AuthenticationSettings
    ) throws(AuthenticationError) {
        guard let claims = JSONValue(objectIn: bytes) else { throw .invalid(.claims) }
        self.claims = claims
        guard let expiresAt = claims["exp"].flatMap(UnixTime.init(numericDate:)) else { throw .invalid(.expiry) }
        self.expiresAt = expiresAt
        guard now < expiresAt.advanced(by: settings.leeway) else { throw .tokenExpired }
        try checkBeginning("nbf", at: now, settings, else: .notBefore)
        try checkBeginning("iat", at: now, settings, else: .issuedAt)
        try checkParties(settings)
    }

    /// Who the token speaks for.
    func principal() throws(AuthenticationError) -> Principal {
        guard let subject = claims["sub"]?.string, Principal.isValid(userID: subject) else { throw .invalid(.subject) }
        return Principal(
            userID: subject, email: try profile("email"), role: try profile("role"), sessionID: try profile("sid"),
            expiresAt: expiresAt)
    }

    private func checkBeginning(
        _ name: String, at now: UnixTime, _ settings: AuthenticationSettings, else defect: TokenDefect
    ) throws(AuthenticationError) {
        guard let claim = claims[name] else { return }
        guard let instant = UnixTime(numericDate: claim), instant <= now.advanced(by: settings.leeway) else {
            throw .invalid(defect)
        }
    }

    private func checkParties(_ settings: AuthenticationSettings) throws(AuthenticationError) {
        if let issuer = settings.issuer {
            guard claims["iss"]?.string.map({ issuer.utf8.elementsEqual($0.utf8) }) ?? false else {
                throw .invalid(.issuer)
            }
        }
        if let audience = settings.audience {
            let audiences = claims["aud"]?.elements ?? claims["aud"].map { [$0] } ?? []
            guard audiences.contains(where: { $0.string.map { audience.utf8.elementsEqual($0.utf8) } ?? false }) else {
                throw .invalid(.audience)
            }
        }
    }

    /// A claim that is a string, or absent, for which `null` is another spelling.
    private func profile(_ name: String) throws(AuthenticationError) -> String? {
        switch claims[name] {
        case nil, .null: nil
        case .string(let value): value
        default: throw .invalid(.profile)
        }
    }
}

extension UnixTime {
    /// The instant of a NumericDate (RFC 7519 section 2): seconds, with a fraction if need be.
    ///
    /// Instants outside the years 0001 to 9999 become their edges, where arithmetic with them is safe and no answer differs.
    ///
    /// - Returns: `nil` unless `value` is a finite number.
    init?(numericDate value: JSONValue) {
        guard let seconds = value.double, seconds.isFinite else { return nil }
        let clamped = min(max(seconds, -62_135_596_800), 253_402_300_799)
        self.init(microseconds: Int64((clamped * 1_000_000).rounded(.down)))
    }
}
