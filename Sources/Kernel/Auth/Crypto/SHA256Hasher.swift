import COpenSSL

/// Makes SHA-256 digests, as many as wanted with one OpenSSL context: for a request that digests hundreds of values.
///
/// Use it from one task at a time; it is cheap enough to make one for each request.
public struct SHA256Hasher: ~Copyable {
    private let context: OpaquePointer

    /// A hasher that is ready to digest.
    ///
    /// - Throws: ``CryptoError`` if OpenSSL has no memory or no SHA-256.
    public init() throws(CryptoError) {
        guard SHA256Algorithm.shared.handle != nil, let context = EVP_MD_CTX_new() else {
            throw CryptoError("OpenSSL could not set up SHA-256")
        }
        self.context = context
    }

    deinit {
        EVP_MD_CTX_free(context)
    }

    /// The digest of `bytes`.
    public mutating func digest(of bytes: UnsafeRawBufferPointer) throws(CryptoError) -> SHA256Digest {
        try SHA256Digest { (output) throws(CryptoError) in
            guard EVP_DigestInit_ex2(context, SHA256Algorithm.shared.handle, nil) == 1,
                EVP_DigestUpdate(context, bytes.baseAddress, bytes.count) == 1,
                EVP_DigestFinal_ex(context, output.baseAddress?.assumingMemoryBound(to: UInt8.self), nil) == 1
            else { throw CryptoError("OpenSSL could not compute a SHA-256 digest") }
        }
    }

    /// The digest of `bytes`, copied first if they do not lie in one piece.
    public mutating func digest(of bytes: some Sequence<UInt8>) throws(CryptoError) -> SHA256Digest {
        let result: Result<SHA256Digest, CryptoError>
        if let contiguous = bytes.withContiguousStorageIfAvailable({ digestResult(of: UnsafeRawBufferPointer($0)) }) {
            result = contiguous
        } else {
            result = [UInt8](bytes).withUnsafeBytes { digestResult(of: $0) }
        }
        return try result.get()
    }

    private mutating func digestResult(of bytes: UnsafeRawBufferPointer) -> Result<SHA256Digest, CryptoError> {
        do throws(CryptoError) { return .success(try digest(of: bytes)) } catch { return .failure(error) }
    }
}

extension SHA256Digest {
    /// The SHA-256 digest of `bytes`. Who needs many at once uses one ``SHA256Hasher``.
    ///
    /// - Throws: ``CryptoError`` if OpenSSL has no memory or no SHA-256.
    public static func of(_ bytes: some Sequence<UInt8>) throws(CryptoError) -> SHA256Digest {
        var hasher = try SHA256Hasher()
        return try hasher.digest(of: bytes)
    }
}

/// The algorithm, fetched once: OpenSSL 3 otherwise looks it up by name for every digest, which costs more than a short digest.
///
/// `@unchecked Sendable`: the handle is never changed nor freed, and OpenSSL's methods may be shared between threads.
struct SHA256Algorithm: @unchecked Sendable {
    static let shared = SHA256Algorithm(handle: EVP_MD_fetch(nil, "SHA256", nil))

    let handle: OpaquePointer?
}
