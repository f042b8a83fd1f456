import Testing

@testable import Kernel

/// One row of the table of hostile tokens: how the token is made, and what becomes of it.
struct TokenCase: Sendable, CustomTestStringConvertible {
    enum Outcome: Sendable {
        case accepted
        case refused(AuthenticationError)
    }

    let testDescription: String
    let outcome: Outcome
    /// How many fetches of the keys it may cause.
    let fetches: Int
    let token: @Sendable (AuthenticationFixture) throws -> String

    init(
        _ name: String, _ outcome: Outcome, fetches: Int = 0,
        token: @escaping @Sendable (AuthenticationFixture) throws -> String
    ) {
        testDescription = name
        self.outcome = outcome
        self.fetches = fetches
        self.token = token
    }

    /// A token whose signature is good, with this header; `KID` in it stands for the published key's id.
    static func header(_ json: String, _ outcome: Outcome, fetches: Int = 0) -> TokenCase {
        TokenCase("header \(json.prefix(90))", outcome, fetches: fetches) { fixture in
            try fixture.issuer.token(
                header: fixture.filled(json), payload: fixture.filled(#"{"sub":"alice","exp":NOW+600}"#))
        }
    }

    /// A token whose header and signature are good, with these claims; `NOW` in them stands for the time.
    static func claims(_ json: String, _ outcome: Outcome) -> TokenCase {
        TokenCase("claims \(json.prefix(90))", outcome) { fixture in
            try fixture.issuer.token(
                header: fixture.filled(#"{"alg":"EdDSA","kid":"KID"}"#), payload: fixture.filled(json))
        }
    }

    /// A good token, made bad by `change`.
    static func text(
        _ name: String, _ defect: TokenDefect, _ change: @escaping @Sendable ([String]) -> String
    ) -> TokenCase {
        TokenCase(name, .refused(.invalid(defect))) { fixture in
            let good = try fixture.issuer.token(
                .init(
                    subject: "alice", issuedAt: fixture.time.now,
                    expiresAt: fixture.time.now.advanced(by: .seconds(600))))
            return change(good.split(separator: ".").map(String.init))
        }
    }
}

extension TokenCase.Outcome {
    static func defect(_ defect: TokenDefect) -> Self { .refused(.invalid(defect)) }
    static let expired = Self.refused(.tokenExpired)
}

extension AuthenticationFixture {
    /// `template` with the published key's id for `KID`, and the seconds for `NOW`, `NOW+n` and `NOW-n`.
    func filled(_ template: String) -> String {
        var filled = ""
        var rest = template[...]
        while let range = rest.firstRange(of: "NOW") {
            filled += rest[..<range.lowerBound]
            rest = rest[range.upperBound...]
            let sign = rest.first
            var offset = 0
            if sign == "+" || sign == "-" {
                let digits = rest.dropFirst().prefix { $0.isNumber }
                offset = (Int(digits) ?? 0) * (sign == "-" ? -1 : 1)
                rest = rest.dropFirst(1 + digits.count)
            }
            filled += "\(time.now.seconds + Int64(offset))"
        }
        return (filled + rest).replacing("KID", with: issuer.keyID)
    }
}
