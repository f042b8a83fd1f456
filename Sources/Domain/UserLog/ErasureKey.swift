public import Kernel

/// The secret by which an engine's ledger of erasures names users, so that the ledger alone tells of nobody (spec: backup.md, "Erasure").
public struct ErasureKey: Sendable {
    private let inner: [UInt8]
    private let outer: [UInt8]

    /// The block of SHA-256 in bytes (FIPS 180-4).
    private static let blockSize = 64

    /// The key of secret bytes; nil if there are none, or more than 64.
    public init?(_ secret: some Collection<UInt8>) {
        guard (1...Self.blockSize).contains(secret.count) else { return nil }
        let padded = secret + [UInt8](repeating: 0, count: Self.blockSize - secret.count)
        inner = padded.map { $0 ^ 0x36 }
        outer = padded.map { $0 ^ 0x5C }
    }

    /// The HMAC-SHA256 (RFC 2104) of the user's id.
    public func pseudonym(of user: UserID) throws(CryptoError) -> SHA256Digest {
        try SHA256Digest.of(outer + SHA256Digest.of(inner + Array(user.text.utf8)).bytes)
    }
}
