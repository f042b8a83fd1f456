import CoreMetrics
import Synchronization

/// Turns tokens into principals (spec: security.md, "Tokens").
///
/// A token that was verified before costs one digest and two short locks; another one a signature check, and a fetch of the
/// keys if its key is not known.
public final class TokenVerifier: Sendable {
    private let settings: AuthenticationSettings
    private let keys: KeyStore
    private let time: any TimeSource
    private let cache: Mutex<TokenCache>

    /// A verifier that takes its keys from `keys`.
    public init(settings: AuthenticationSettings, keys: KeyStore, time: any TimeSource) {
        self.settings = settings
        self.keys = keys
        self.time = time
        cache = Mutex(TokenCache(capacity: settings.cachedTokens))
    }

    /// How many verified tokens are remembered.
    var cachedTokenCount: Int { cache.withLock { $0.count } }

    /// Who `token` speaks for.
    ///
    /// - Throws: ``AuthenticationError`` for a token that is no good in any respect, or when there are no keys.
    public func verify(_ token: BearerToken) async throws(AuthenticationError) -> Principal {
        guard token.bytes.count <= CompactJWS.maximumByteCount else { throw .invalid(.tooLong) }
        // Without a digest, which only a lack of memory brings about, the token is verified and not remembered.
        let digest = try? SHA256Digest.of(token.bytes)
        if let digest, let principal = remembered(digest) {
            keys.metrics.cacheHits.increment()
            return principal
        }
        keys.metrics.cacheMisses.increment()

        let (jws, header) = try Self.read(token)
        let snapshot = try await keys.snapshot(lookingFor: header.keyID)
        guard let key = snapshot.keySet[header.keyID] else { throw .invalid(.unknownKey) }
        guard key.isValidSignature(jws.signature, for: jws.signingInput) else { throw .invalid(.signature) }

        let now = time.now
        let claims = try TokenClaims(parsing: jws.payload, at: now, settings: settings)
        let principal = try claims.principal()
        if let digest {
            let entry = TokenCache.Entry(
                digest: digest, principal: principal, keyID: header.keyID, key: key,
                goodUntil: claims.expiresAt.advanced(by: settings.leeway))
            cache.withLock { $0.insert(entry, keys: snapshot, at: now) }
        }
        return principal
    }

    private func remembered(_ digest: SHA256Digest) -> Principal? {
        let now = time.now
        guard let snapshot = keys.servingSnapshot(at: now) else { return nil }
        return cache.withLock { $0.principal(for: digest, keys: snapshot, at: now) }
    }

    /// Everything that can be refused without a key.
    private static func read(_ token: BearerToken) throws(AuthenticationError) -> (CompactJWS, TokenHeader) {
        do throws(TokenDefect) {
            let jws = try CompactJWS(token)
            return (jws, try TokenHeader(parsing: jws.header))
        } catch {
            throw .invalid(error)
        }
    }
}
