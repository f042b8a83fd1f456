/// Makes tokens that ``TokenVerifier`` accepts: for the development issuer and for tests.
public struct TokenMinter: Sendable {
    /// What a token says.
    public struct Contents: Hashable, Sendable {
        /// `sub`: the user.
        public var subject: String
        /// `email`.
        public var email: String?
        /// `role`.
        public var role: String?
        /// `sid`.
        public var sessionID: String?
        /// `iss`.
        public var issuer: String?
        /// `aud`.
        public var audience: String?
        /// `iat`, in whole seconds.
        public var issuedAt: UnixTime
        /// `exp`, in whole seconds.
        public var expiresAt: UnixTime

        /// Contents with what every token needs.
        public init(subject: String, issuedAt: UnixTime, expiresAt: UnixTime) {
            self.subject = subject
            self.issuedAt = issuedAt
            self.expiresAt = expiresAt
        }
    }

    /// The id under which tokens name the key: its thumbprint.
    public let keyID: String
    /// The JWK set document that lets others verify the tokens.
    public let keySetDocument: [UInt8]
    private let key: Ed25519PrivateKey

    /// A minter that signs with `key`.
    ///
    /// - Throws: ``CryptoError`` if OpenSSL has no memory.
    public init(key: Ed25519PrivateKey) throws(CryptoError) {
        self.key = key
        keyID = try key.publicKey.thumbprint()
        keySetDocument = try key.publicKey.keySetDocument()
    }

    /// A signed token in compact serialization.
    ///
    /// - Throws: ``CryptoError`` if OpenSSL has no memory.
    public func token(_ contents: Contents) throws(CryptoError) -> String {
        try token(header: #"{"alg":"EdDSA","typ":"JWT","kid":"\#(keyID)"}"#, payload: contents.json)
    }

    /// A signed token with a header and a payload as they are: tests make the wrong ones so.
    package func token(header: String, payload: String) throws(CryptoError) -> String {
        let input = Base64URL.encode(header.utf8) + "." + Base64URL.encode(payload.utf8)
        return input + "." + Base64URL.encode(try key.signature(of: Array(input.utf8)))
    }
}

extension TokenMinter.Contents {
    /// The claims as a JSON object.
    fileprivate var json: String {
        let strings = [
            ("sub", subject), ("email", email), ("role", role), ("sid", sessionID), ("iss", issuer), ("aud", audience),
        ]
        let members =
            strings.compactMap { name, value in value.map { #""\#(name)":\#(Self.quoted($0))"# } }
            + [#""iat":\#(issuedAt.seconds)"#, #""exp":\#(expiresAt.seconds)"#]
        return "{" + members.joined(separator: ",") + "}"
    }

    /// `text` as a JSON string (RFC 8259 section 7).
    private static func quoted(_ text: String) -> String {
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"", "\\":
                quoted += "\\"
                quoted.unicodeScalars.append(scalar)
            case "\u{0}"..<" ":
                let hexadecimal = String(scalar.value, radix: 16)
                quoted += "\\u" + String(repeating: "0", count: 4 - hexadecimal.count) + hexadecimal
            default:
                quoted.unicodeScalars.append(scalar)
            }
        }
        return quoted + "\""
    }
}
