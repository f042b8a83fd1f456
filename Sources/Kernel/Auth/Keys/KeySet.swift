import JSONScanner

/// The usable keys of a JWK set (RFC 7517, RFC 8037 section 2; spec: security.md, "JWKS").
public struct KeySet: Hashable, Sendable {
    /// The keys by their key ids.
    let keys: [String: Ed25519PublicKey]
    /// How many keys were left out although they are Ed25519 keys, and why: for the log.
    let refusals: [KeyRefusal]

    /// How many bytes a document may have.
    public static let maximumByteCount = 256 * 1024
    /// How many keys, of any type, a document may have.
    public static let maximumKeyCount = 64

    /// The key with the key id `id`.
    subscript(id: String) -> Ed25519PublicKey? { keys[id] }

    /// The keys in a JWK set document.
    ///
    /// Keys of other types, uses and algorithms are skipped. A key of small order, one with a non-canonical encoding, one
    /// published with its private half, and all keys of an id that two different keys share are refused, each for itself.
    ///
    /// - Throws: ``KeySetError`` if the document is over 256 KiB, is no JWK set, or holds over 64 keys.
    public init(parsing document: [UInt8]) throws(KeySetError) {
        guard document.count <= Self.maximumByteCount else { throw .tooLarge }
        let elements: [JSONValue]?
        do throws(JSONScanError) {
            elements = try JSONValue(parsing: document, maximumLength: Self.maximumByteCount)["keys"]?.elements
        } catch {
            throw .notJSON(error)
        }
        guard let elements else { throw .noKeys }
        guard elements.count <= Self.maximumKeyCount else { throw .tooManyKeys }

        var keys: [String: Ed25519PublicKey] = [:]
        var refusals: [KeyRefusal] = []
        var ambiguous: Set<String> = []
        for element in elements {
            guard let candidate = KeyCandidate(element) else { continue }
            do throws(KeyRefusal) {
                let key = try candidate.key()
                if let other = keys.updateValue(key, forKey: candidate.id), other != key {
                    ambiguous.insert(candidate.id)
                }
            } catch {
                refusals.append(error)
            }
        }
        for id in ambiguous.sorted() {
            keys[id] = nil
            refusals.append(KeyRefusal(reason: "several different keys have one key id"))
        }
        self.keys = keys
        self.refusals = refusals
    }
}

/// Why one key of a set was left out. The key id is not shown: it is whatever the document says.
struct KeyRefusal: Error, Hashable, Sendable, CustomStringConvertible {
    let reason: String

    var description: String { reason }
}

/// A JWK that is meant for verifying EdDSA signatures with Ed25519, its key not looked at yet.
private struct KeyCandidate {
    let id: String
    private let jwk: JSONValue

    /// - Returns: `nil` if the key is to be skipped: it is of another kind, or no token can name it.
    init?(_ jwk: JSONValue) {
        guard jwk["kty"]?.string == "OKP", jwk["crv"]?.string == "Ed25519",
            jwk["use"].map({ $0.string == "sig" }) ?? true,
            jwk["alg"].map({ $0.string == "EdDSA" }) ?? true,
            jwk["key_ops"].map({ $0.elements?.contains { $0.string == "verify" } ?? false }) ?? true,
            let id = jwk["kid"]?.string, (1...TokenHeader.maximumKeyIDByteCount).contains(id.utf8.count)
        else { return nil }
        self.id = id
        self.jwk = jwk
    }

    func key() throws(KeyRefusal) -> Ed25519PublicKey {
        guard jwk["d"] == nil else { throw KeyRefusal(reason: "the key is published with its private half") }
        guard let x = jwk["x"]?.string, let bytes = Base64URL.decode(x.utf8) else {
            throw KeyRefusal(reason: "x is not base64url without padding")
        }
        do throws(CryptoError) {
            return try Ed25519PublicKey(rawRepresentation: bytes)
        } catch {
            throw KeyRefusal(reason: error.message)
        }
    }
}
