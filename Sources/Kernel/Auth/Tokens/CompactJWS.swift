/// A token in JWS compact serialization (RFC 7515 section 3.1), taken apart but not verified.
///
/// Reading is strict, and all of it happens before any JSON is parsed: at most 8 KiB, exactly three parts, each in the
/// only base64url spelling of its bytes, and a signature as long as Ed25519's (spec: security.md, "Tokens").
struct CompactJWS {
    /// The bytes of the JSON header.
    let header: [UInt8]
    /// The bytes of the payload.
    let payload: [UInt8]
    /// The 64 bytes of the signature.
    let signature: [UInt8]
    /// What was signed: the first two parts and the dot between them, as they came.
    let signingInput: ArraySlice<UInt8>

    /// How many bytes a token may have.
    static let maximumByteCount = 8192

    init(_ token: BearerToken) throws(TokenDefect) {
        let bytes = token.bytes
        guard bytes.count <= Self.maximumByteCount else { throw .tooLong }
        let dot = UInt8(ascii: ".")
        guard let first = bytes.firstIndex(of: dot), let second = bytes[(first + 1)...].firstIndex(of: dot),
            !bytes[(second + 1)...].contains(dot)
        else { throw .notThreeParts }
        guard let header = Base64URL.decode(bytes[..<first]),
            let payload = Base64URL.decode(bytes[(first + 1)..<second]),
            let signature = Base64URL.decode(bytes[(second + 1)...])
        else { throw .notBase64URL }
        guard signature.count == Ed25519PublicKey.signatureByteCount else { throw .signatureLength }
        self.header = header
        self.payload = payload
        self.signature = signature
        signingInput = bytes[..<second]
    }
}
