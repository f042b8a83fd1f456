/// Why a request has no principal (spec: security.md, "Tokens").
///
/// Nothing of it repeats any part of a token: all of it is safe to log, and ``code`` and ``message`` to show.
public struct AuthenticationError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What clients may tell apart. The raw values are the body's stable `error`.
    public enum Code: String, Hashable, Sendable, CaseIterable {
        /// The request brought no token, or not by `Authorization: Bearer`.
        case missingToken = "missing_token"
        /// The token is no good and never will be: the client needs another.
        case invalidToken = "invalid_token"
        /// The token was good once: the client needs a fresh one.
        case tokenExpired = "token_expired"
        /// The server has no keys to verify any token with: the same token may do later.
        case keysUnavailable = "keys_unavailable"
    }

    /// What clients may tell apart.
    public let code: Code
    /// One sentence for the developer of a client, safe to show.
    public let message: String

    /// The status to answer with: 503 while there are no keys, else 401.
    public var status: Int {
        code == .keysUnavailable ? 503 : 401
    }

    /// The code and the message.
    public var description: String { "\(code.rawValue): \(message)" }

    private init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }
}

extension AuthenticationError {
    static let missingToken = AuthenticationError(
        .missingToken, "The request needs a token in the form 'Authorization: Bearer TOKEN'.")
    static let repeatedHeader = AuthenticationError(
        .invalidToken, "The request has more than one Authorization header.")
    static let tokenExpired = AuthenticationError(.tokenExpired, "The token has expired.")
    static let keysUnavailable = AuthenticationError(
        .keysUnavailable, "The server has no keys to verify tokens with at the moment.")

    /// The answer to a token with `defect`.
    static func invalid(_ defect: TokenDefect) -> AuthenticationError {
        AuthenticationError(.invalidToken, defect.rawValue)
    }
}

/// What is wrong with a token, as the sentence that its sender is told.
enum TokenDefect: String, Error, CaseIterable {
    case tooLong = "The token is longer than 8 KiB."
    case notThreeParts = "The token does not have three parts."
    case notBase64URL = "A part of the token is not base64url without padding."
    case signatureLength = "The token's signature does not have 64 bytes."
    case header = "The token's header is not a JSON object with members of different names."
    case algorithm = "The token's algorithm is not EdDSA."
    case criticalExtension = "The token demands extensions that the server does not have."
    case keyID = "The token's key id is not a string of 1 to 128 bytes."
    case unknownKey = "The server does not know the token's key."
    case signature = "The token's signature is not valid."
    case claims = "The token's claims are not a JSON object with members of different names."
    case expiry = "The token's exp claim is not a finite number."
    case notBefore = "The token's nbf claim is not a number, or in the future."
    case issuedAt = "The token's iat claim is not a number, or in the future."
    case issuer = "The token is from another issuer."
    case audience = "The token is for another audience."
    case subject = "The token's subject is not a valid user id."
    case profile = "The token's email, role or sid claim is not a string."
}
