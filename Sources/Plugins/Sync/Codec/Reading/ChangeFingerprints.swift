import Domain
import Kernel

/// Makes the fingerprints of a request's changes, which tell identical ones apart by their order (spec: protocol.md, "Safe to retry").
struct ChangeFingerprints: ~Copyable {
    private var hasher: SHA256Hasher
    private var occurrences: [ChangeFingerprint: UInt32]

    /// - Throws: `CryptoError` if OpenSSL cannot digest.
    init(expected count: Int) throws(CryptoError) {
        hasher = try SHA256Hasher()
        occurrences = Dictionary(minimumCapacity: count)
    }

    /// The fingerprint of the next change, from its bytes as they arrived.
    mutating func next(of bytes: UnsafeRawBufferPointer) throws(CryptoError) -> ChangeFingerprint {
        let digest = try hasher.digest(of: bytes)
        var fingerprint = digest.withUnsafeBytes { digest in
            ChangeFingerprint(
                high: UInt64(bigEndian: digest.loadUnaligned(fromByteOffset: 0, as: UInt64.self)),
                low: UInt64(bigEndian: digest.loadUnaligned(fromByteOffset: 8, as: UInt64.self)))
        }
        let first = fingerprint
        fingerprint.occurrence = occurrences[first, default: 0]
        occurrences[first] = fingerprint.occurrence + 1
        return fingerprint
    }
}
