import COpenSSL
import Synchronization

/// An Ed25519 public key (RFC 8032) that verifies signatures with OpenSSL. Safe to use from many threads at once.
public struct Ed25519PublicKey: Hashable, Sendable {
    /// The 32 bytes of the key.
    public let rawRepresentation: [UInt8]
    private let verifier: OpenSSLVerifier

    /// How many bytes a signature has.
    public static let signatureByteCount = 64

    /// The key with the encoding `bytes`.
    ///
    /// - Throws: ``CryptoError`` unless they are 32 bytes, the canonical encoding of their point, and that point is none
    ///   of small order (spec: security.md, "JWKS").
    public init(rawRepresentation bytes: some Sequence<UInt8>) throws(CryptoError) {
        let bytes = [UInt8](bytes)
        do throws(Ed25519Encoding.Defect) {
            try Ed25519Encoding.check(bytes)
        } catch {
            switch error {
            case .length: throw CryptoError("an Ed25519 public key has 32 bytes")
            case .nonCanonical: throw CryptoError("the Ed25519 public key's encoding is not canonical")
            case .smallOrder: throw CryptoError("the Ed25519 public key is a point of small order")
            }
        }
        guard let key = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nil, bytes, bytes.count) else {
            throw CryptoError("OpenSSL did not take the Ed25519 public key")
        }
        rawRepresentation = bytes
        verifier = OpenSSLVerifier(taking: key)
    }

    /// Whether `signature` is this key's signature of `message`.
    ///
    /// False also when OpenSSL has no memory to find out: nothing is ever accepted for want of a check.
    public func isValidSignature(_ signature: some Sequence<UInt8>, for message: some Sequence<UInt8>) -> Bool {
        let signature = [UInt8](signature)
        guard signature.count == Self.signatureByteCount else { return false }
        if let answer = message.withContiguousStorageIfAvailable({ verifier.verify(signature, $0) }) { return answer }
        return [UInt8](message).withUnsafeBufferPointer { verifier.verify(signature, $0) }
    }

    /// Whether both are the same point.
    public static func == (left: Ed25519PublicKey, right: Ed25519PublicKey) -> Bool {
        left.rawRepresentation == right.rawRepresentation
    }

    /// Feeds the encoding to `hasher`.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(rawRepresentation)
    }
}

/// An OpenSSL key and the contexts that verify with it, which are kept because a fresh one costs a fifth more.
///
/// `@unchecked Sendable`: the key is only read after `init`, which OpenSSL allows from many threads, and each context is
/// out of the pool while one verification uses it.
private final class OpenSSLVerifier: @unchecked Sendable {
    private let key: OpaquePointer
    private let idle = Mutex<[VerificationContext]>([])

    /// More contexts than threads can use at once are freed instead of kept.
    private static let keptContexts = 32

    init(taking key: OpaquePointer) {
        self.key = key
    }

    deinit {
        EVP_PKEY_free(key)
    }

    func verify(_ signature: [UInt8], _ message: UnsafeBufferPointer<UInt8>) -> Bool {
        guard let context = idle.withLock({ $0.popLast() }) ?? VerificationContext() else { return false }
        // An empty message may come without an address, and OpenSSL takes none for a length query.
        let valid =
            if let start = message.baseAddress, !message.isEmpty {
                context.verify(signature, UnsafeBufferPointer(start: start, count: message.count), with: key)
            } else {
                [UInt8(0)].withUnsafeBufferPointer {
                    context.verify(signature, UnsafeBufferPointer(start: $0.baseAddress, count: 0), with: key)
                }
            }
        idle.withLock { if $0.count < Self.keptContexts { $0.append(context) } }
        return valid
    }
}

/// A digest context of OpenSSL.
///
/// `@unchecked Sendable`: whoever takes it from the pool is the only one who uses it until it is back.
private final class VerificationContext: @unchecked Sendable {
    private let handle: OpaquePointer

    init?() {
        guard let handle = EVP_MD_CTX_new() else { return nil }
        self.handle = handle
    }

    deinit {
        EVP_MD_CTX_free(handle)
    }

    func verify(_ signature: [UInt8], _ message: UnsafeBufferPointer<UInt8>, with key: OpaquePointer) -> Bool {
        guard EVP_DigestVerifyInit(handle, nil, nil, nil, key) == 1,
            EVP_DigestVerify(handle, signature, signature.count, message.baseAddress, message.count) == 1
        else {
            // A refusal leaves entries in this thread's error queue, which no one else would take out.
            ERR_clear_error()
            return false
        }
        return true
    }
}
