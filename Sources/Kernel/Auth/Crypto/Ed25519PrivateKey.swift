import COpenSSL

/// An Ed25519 private key (RFC 8032), for the development issuer and for tests: a server in production holds none.
///
/// `@unchecked Sendable`: the handle is only read after `init`, which OpenSSL allows from many threads.
public final class Ed25519PrivateKey: @unchecked Sendable {
    /// The public half.
    public let publicKey: Ed25519PublicKey
    private let key: OpaquePointer

    /// A new key from OpenSSL's random generator.
    ///
    /// - Throws: ``CryptoError`` if OpenSSL has no memory or no randomness.
    public convenience init() throws(CryptoError) {
        var seed = [UInt8](repeating: 0, count: 32)
        defer { OPENSSL_cleanse(&seed, seed.count) }
        guard RAND_priv_bytes(&seed, Int32(seed.count)) == 1 else {
            throw CryptoError("OpenSSL has no randomness for a key")
        }
        try self.init(seed: seed)
    }

    /// The key that follows from `seed`, the 32 bytes that RFC 8032 calls the private key and RFC 8037 `d`.
    ///
    /// - Throws: ``CryptoError`` unless there are 32 bytes.
    public convenience init(seed: [UInt8]) throws(CryptoError) {
        guard seed.count == 32, let key = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nil, seed, seed.count) else {
            throw CryptoError("an Ed25519 private key has 32 bytes")
        }
        try self.init(taking: key)
    }

    /// The key in `pem`, an unencrypted PKCS #8 document (RFC 8410 section 7).
    ///
    /// - Throws: ``CryptoError`` if it is none, is encrypted, or holds a key of another kind.
    public convenience init(pem: String) throws(CryptoError) {
        // The BIO reads the bytes where they are, so they have to stay there until the key is read.
        let key = [UInt8](pem.utf8).withUnsafeBytes { text -> OpaquePointer? in
            guard let input = BIO_new_mem_buf(text.baseAddress, Int32(clamping: text.count)) else { return nil }
            defer { BIO_free(input) }
            // Without a callback of ours OpenSSL would ask for a pass phrase on the terminal.
            return PEM_read_bio_PrivateKey(input, nil, { _, _, _, _ in -1 }, nil)
        }
        guard let key else {
            ERR_clear_error()
            throw CryptoError("the text is not an unencrypted PKCS #8 private key in PEM")
        }
        try self.init(taking: key)
    }

    private init(taking key: OpaquePointer) throws(CryptoError) {
        var bytes = [UInt8](repeating: 0, count: 32)
        var count = bytes.count
        guard EVP_PKEY_get_id(key) == EVP_PKEY_ED25519, EVP_PKEY_get_raw_public_key(key, &bytes, &count) == 1 else {
            EVP_PKEY_free(key)
            ERR_clear_error()
            throw CryptoError("the private key is not an Ed25519 key")
        }
        do throws(CryptoError) {
            publicKey = try Ed25519PublicKey(rawRepresentation: bytes)
        } catch {
            EVP_PKEY_free(key)
            throw error
        }
        self.key = key
    }

    deinit {
        EVP_PKEY_free(key)
    }

    /// This key as an unencrypted PKCS #8 document in PEM, to be kept where only its owner can read it.
    ///
    /// - Throws: ``CryptoError`` if OpenSSL has no memory.
    public func pem() throws(CryptoError) -> String {
        guard let output = BIO_new(BIO_s_mem()) else { throw CryptoError("OpenSSL has no memory to write a key") }
        defer { BIO_free(output) }
        var text = [UInt8](repeating: 0, count: 512)
        guard PEM_write_bio_PKCS8PrivateKey(output, key, nil, nil, 0, nil, nil) == 1,
            case let count = BIO_read(output, &text, Int32(text.count)), count > 0, count < text.count
        else { throw CryptoError("OpenSSL could not write the key") }
        return String(decoding: text.prefix(Int(count)), as: UTF8.self)
    }

    /// The 64-byte signature of `message`; the same each time (RFC 8032 section 5.1.6).
    ///
    /// - Throws: ``CryptoError`` if OpenSSL has no memory.
    public func signature(of message: [UInt8]) throws(CryptoError) -> [UInt8] {
        guard let context = EVP_MD_CTX_new() else { throw CryptoError("OpenSSL has no memory to sign") }
        defer { EVP_MD_CTX_free(context) }
        var signature = [UInt8](repeating: 0, count: Ed25519PublicKey.signatureByteCount)
        var count = signature.count
        guard EVP_DigestSignInit(context, nil, nil, nil, key) == 1,
            EVP_DigestSign(context, &signature, &count, message, message.count) == 1,
            count == signature.count
        else { throw CryptoError("OpenSSL could not sign") }
        return signature
    }
}
