import COpenSSL

/// The SHA-256 digest (FIPS 180-4) of bytes that come piece by piece: of a file that is longer than the memory.
///
/// `@unchecked Sendable`: it cannot be copied, so one caller at a time has its context, which OpenSSL ties to no thread.
public struct SHA256Stream: ~Copyable, @unchecked Sendable {
    private let context: OpaquePointer

    /// A stream before its first byte.
    ///
    /// - Throws: ``CryptoError`` if OpenSSL has no memory or no SHA-256.
    public init() throws(CryptoError) {
        guard let algorithm = SHA256Algorithm.shared.handle, let context = EVP_MD_CTX_new() else {
            throw CryptoError("OpenSSL could not set up SHA-256")
        }
        guard EVP_DigestInit_ex2(context, algorithm, nil) == 1 else {
            EVP_MD_CTX_free(context)
            throw CryptoError("OpenSSL could not set up SHA-256")
        }
        self.context = context
    }

    deinit {
        EVP_MD_CTX_free(context)
    }

    /// Takes in the next bytes.
    public mutating func update(_ bytes: UnsafeRawBufferPointer) throws(CryptoError) {
        guard EVP_DigestUpdate(context, bytes.baseAddress, bytes.count) == 1 else {
            throw CryptoError("OpenSSL could not compute a SHA-256 digest")
        }
    }

    /// The digest of all bytes so far. The stream is then at its start again.
    public mutating func finish() throws(CryptoError) -> SHA256Digest {
        let context = context
        let digest = try SHA256Digest { (output) throws(CryptoError) in
            guard
                EVP_DigestFinal_ex(context, output.baseAddress?.assumingMemoryBound(to: UInt8.self), nil) == 1,
                EVP_DigestInit_ex2(context, SHA256Algorithm.shared.handle, nil) == 1
            else { throw CryptoError("OpenSSL could not compute a SHA-256 digest") }
        }
        return digest
    }
}

extension SHA256Digest {
    /// The 64 lower-case hexadecimal digits of the 32 bytes.
    public var hexadecimal: String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 0xF)]] }, as: UTF8.self)
    }
}
