import Testing

@testable import Kernel

@Suite("Remembering verified tokens")
struct TokenCacheTests {
    private let now = UnixTime(seconds: 1000)
    private let key: Ed25519PublicKey
    private let keys: KeySnapshot

    init() throws {
        key = try Ed25519PrivateKey.numbered(1).publicKey
        keys = .following(nil, keySet: try KeySet(parsing: keySetDocument([jwk("k", key)])), at: now)
    }

    private func entry(_ number: Int, goodUntil seconds: Int64 = 2000) throws -> TokenCache.Entry {
        let digest = try SHA256Digest.of("\(number)".utf8)
        let until = UnixTime(seconds: seconds)
        return .init(
            digest: digest, principal: Principal(userID: "u\(number)", expiresAt: until), keyID: "k", key: key,
            goodUntil: until)
    }

    @Test("it never holds more than its capacity")
    func bounded() throws {
        var cache = TokenCache(capacity: 10)
        for number in 0..<1000 {
            cache.insert(try entry(number), keys: keys, at: now)
            #expect(cache.count <= 10)
            #expect(try cache.principal(for: entry(number).digest, keys: keys, at: now)?.userID == "u\(number)")
        }
    }

    @Test("a token that is asked for outlives those that are not")
    func recency() throws {
        var cache = TokenCache(capacity: 10)
        for number in 0..<200 {
            cache.insert(try entry(number), keys: keys, at: now)
            #expect(cache.principal(for: try entry(0).digest, keys: keys, at: now) != nil, "after \(number)")
        }
    }

    @Test("an expired token makes room first")
    func expiredFirst() throws {
        var cache = TokenCache(capacity: 3)
        for number in 0..<3 {
            cache.insert(try entry(number, goodUntil: number == 1 ? 1001 : 2000), keys: keys, at: now)
            _ = cache.principal(for: try entry(number).digest, keys: keys, at: now)
        }
        cache.insert(try entry(3), keys: keys, at: UnixTime(seconds: 1001))
        #expect(cache.principal(for: try entry(0).digest, keys: keys, at: now) != nil)
        #expect(cache.principal(for: try entry(1).digest, keys: keys, at: now) == nil)
        #expect(cache.principal(for: try entry(2).digest, keys: keys, at: now) != nil)
    }

    @Test("a token that was verified with keys older than those seen is not remembered")
    func lateInsertion() throws {
        var cache = TokenCache(capacity: 3)
        let without = KeySnapshot.following(keys, keySet: try KeySet(parsing: keySetDocument([])), at: now)
        #expect(cache.principal(for: try entry(1).digest, keys: without, at: now) == nil)
        cache.insert(try entry(1), keys: keys, at: now)
        #expect(cache.count == 0)
    }

    @Test("a fetch that brings the same keys keeps the tokens")
    func sameKeys() throws {
        var cache = TokenCache(capacity: 3)
        cache.insert(try entry(1), keys: keys, at: now)
        let again = KeySnapshot.following(keys, keySet: keys.keySet, at: UnixTime(seconds: 1300))
        #expect(again.generation == keys.generation)
        #expect(cache.principal(for: try entry(1).digest, keys: again, at: now) != nil)
    }
}
