extension Ed25519PublicKey {
    /// The key's JWK thumbprint (RFC 7638 section 3, RFC 8037 appendix A.3), which serves as its key id.
    ///
    /// - Throws: ``CryptoError`` if no digest could be made.
    public func thumbprint() throws(CryptoError) -> String {
        Base64URL.encode(try SHA256Digest.of(requiredMembers.utf8).bytes)
    }

    /// The JWK set document (RFC 7517 section 5) that publishes this key alone, under its thumbprint.
    ///
    /// - Throws: ``CryptoError`` if no digest could be made.
    public func keySetDocument() throws(CryptoError) -> [UInt8] {
        let members = requiredMembers.dropFirst().dropLast()
        return Array(#"{"keys":[{\#(members),"kid":"\#(try thumbprint())","use":"sig","alg":"EdDSA"}]}"#.utf8)
    }

    /// The members that a thumbprint is made of, in its order.
    private var requiredMembers: String {
        #"{"crv":"Ed25519","kty":"OKP","x":"\#(Base64URL.encode(rawRepresentation))"}"#
    }
}
