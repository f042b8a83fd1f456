import JSONScanner

/// What a token's header says about its verification (RFC 7515 section 4).
///
/// `jwk`, `jku`, `x5u` and `x5c` are ignored: a token does not choose the key that it is verified with.
struct TokenHeader {
    /// The key that the token claims to be signed with.
    let keyID: String

    /// How many bytes a key id may have.
    static let maximumKeyIDByteCount = 128

    init(parsing bytes: [UInt8]) throws(TokenDefect) {
        guard let header = JSONValue(objectIn: bytes) else { throw .header }
        guard header["alg"]?.string == "EdDSA" else { throw .algorithm }
        // RFC 7797 allows `b64` only together with `crit`; without it `true` changes nothing.
        guard header["crit"] == nil, header["b64"].map({ $0.bool == true }) ?? true else { throw .criticalExtension }
        guard let keyID = header["kid"]?.string, (1...Self.maximumKeyIDByteCount).contains(keyID.utf8.count) else {
            throw .keyID
        }
        self.keyID = keyID
    }
}

extension JSONValue {
    /// The object of which `bytes` consist; `nil` if they are no JSON, no object, or one with duplicate members.
    init?(objectIn bytes: [UInt8]) {
        guard let value = try? JSONValue(parsing: bytes, maximumLength: CompactJWS.maximumByteCount),
            value.members != nil
        else { return nil }
        self = value
    }
}
