/// Comparison of secrets by their digests (spec: security.md, "Service and API keys").
public enum ConstantTime {
    /// Whether `left` and `right` are the same bytes. The time depends on their lengths, but not on where they differ.
    ///
    /// - Throws: ``CryptoError`` if no digest could be made.
    public static func areEqual(
        _ left: some Sequence<UInt8>, _ right: some Sequence<UInt8>
    ) throws(CryptoError) -> Bool {
        var hasher = try SHA256Hasher()
        let digest = try hasher.digest(of: left)
        return try digest.equalsInConstantTime(hasher.digest(of: right))
    }
}
