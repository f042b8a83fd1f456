import KernelTesting
import Testing

@testable import Kernel

@Suite("Keeping the keys current", .timeLimit(.minutes(2)))
struct KeyStoreTests {
    /// A second issuer, whose key is not published at first.
    private let other: TokenMinter

    init() throws {
        other = try TokenMinter(key: try .numbered(2))
    }

    @Test("down at start: not ready, 503, until a fetch succeeds")
    func downAtStart() async throws {
        let fixture = try await AuthenticationFixture(loaded: false)
        fixture.source.publish(nil)
        #expect(await fixture.keys.refresh() == false)
        #expect(!fixture.keys.isReady && fixture.keys.age == nil)
        #expect(await fixture.outcome(of: try fixture.token()) == .failure(.keysUnavailable))

        fixture.source.publish(fixture.issuer.keySetDocument)
        #expect(await fixture.keys.refresh())
        #expect(fixture.keys.isReady)
        _ = try await fixture.verifier.verify(try fixture.token())
    }

    @Test("a token that is no good without a look at the keys is 401 even when there are none")
    func malformedWithoutKeys() async throws {
        let fixture = try await AuthenticationFixture(loaded: false)
        #expect(await fixture.outcome(of: BearerToken("a.b")) == .failure(.invalid(.notThreeParts)))
        #expect(fixture.source.fetchCount == 0)
    }

    @Test("a hundred who ask for a key that is not there yet await one fetch")
    func singleFlight() async throws {
        var settings = AuthenticationSettings()
        settings.unknownKeyCooldown = .zero
        let fixture = try await AuthenticationFixture(settings: settings)
        let token = try fixture.token(of: other)
        fixture.source.publish(other.keySetDocument)
        fixture.source.hold()

        let principals = try await withThrowingTaskGroup(of: Principal.self) { group in
            let (started, starts) = AsyncStream.makeStream(of: Void.self)
            for _ in 0..<100 {
                group.addTask {
                    starts.yield()
                    return try await fixture.verifier.verify(token)
                }
            }
            var iterator = started.makeAsyncIterator()
            for _ in 0..<100 { await iterator.next() }
            await until { fixture.source.fetchCount > 1 }
            fixture.source.release()
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(principals.count == 100)
        #expect(fixture.source.fetchCount == 2)
    }

    @Test("refreshes that are asked for while one is under way are that one")
    func joinedRefresh() async throws {
        let fixture = try await AuthenticationFixture()
        fixture.source.hold()
        let refreshes = (0..<10).map { _ in Task.immediate { await fixture.keys.refresh() } }
        fixture.source.release()
        for refresh in refreshes { #expect(await refresh.value) }
        #expect(fixture.source.fetchCount == 2)
    }

    @Test("who gives up waiting does not take the fetch from the others")
    func cancelledAsker() async throws {
        let fixture = try await AuthenticationFixture()
        let token = try fixture.token(of: other)
        fixture.source.publish(other.keySetDocument)
        fixture.source.hold()
        let first = Task.immediate { await fixture.outcome(of: token) }
        let second = Task.immediate { await fixture.outcome(of: token) }
        first.cancel()
        fixture.source.release()
        #expect(try await second.value.get().userID == "alice")
        _ = await first.value
        #expect(fixture.source.fetchCount == 2)
    }

    @Test("an unknown key fetches once in the cooldown, whatever its name")
    func cooldown() async throws {
        let fixture = try await AuthenticationFixture()
        for number in 2..<12 {
            let stranger = try TokenMinter(key: try .numbered(UInt8(number)))
            #expect(await fixture.outcome(of: try fixture.token(of: stranger)) == .failure(.invalid(.unknownKey)))
        }
        #expect(fixture.source.fetchCount == 2)
        fixture.time.advance(by: .milliseconds(29_999))
        _ = await fixture.outcome(of: try fixture.token(of: other))
        #expect(fixture.source.fetchCount == 2)
        fixture.time.advance(by: .milliseconds(1))
        _ = await fixture.outcome(of: try fixture.token(of: other))
        #expect(fixture.source.fetchCount == 3)
    }

    @Test("a failed fetch for an unknown key counts for the cooldown too")
    func cooldownAfterFailure() async throws {
        let fixture = try await AuthenticationFixture()
        fixture.source.publish(nil)
        for _ in 0..<5 {
            #expect(await fixture.outcome(of: try fixture.token(of: other)) == .failure(.invalid(.unknownKey)))
        }
        #expect(fixture.source.fetchCount == 2)
    }

    @Test("a fetch that was under way when the key was asked for may be followed by one more")
    func joinedFetch() async throws {
        let fixture = try await AuthenticationFixture()
        fixture.source.hold()
        async let periodic = fixture.keys.refresh()
        await until { fixture.source.fetchCount > 1 }
        async let outcome = fixture.outcome(of: try fixture.token(of: other))
        fixture.source.release()
        #expect(await periodic)
        #expect(try await outcome == .failure(.invalid(.unknownKey)))
        #expect(fixture.source.fetchCount == 3)
    }

    @Test("a rotation: the new key works at once, the old one as long as it is published")
    func rotation() async throws {
        let fixture = try await AuthenticationFixture()
        let old = try fixture.token()
        let both = keySetDocument([
            jwk(fixture.issuer.keyID, try Ed25519PrivateKey.numbered(1).publicKey),
            jwk(other.keyID, try Ed25519PrivateKey.numbered(2).publicKey),
        ])
        fixture.source.publish(both)
        _ = try await fixture.verifier.verify(try fixture.token(of: other))
        _ = try await fixture.verifier.verify(old)
        #expect(fixture.verifier.cachedTokenCount == 2)

        fixture.source.publish(other.keySetDocument)
        await fixture.keys.refresh()
        _ = try await fixture.verifier.verify(try fixture.token(of: other))
        #expect(await fixture.outcome(of: old) == .failure(.invalid(.unknownKey)))
        #expect(fixture.verifier.cachedTokenCount == 1)
    }

    @Test("another key under the same id empties the cache of the first one's tokens")
    func replacedKey() async throws {
        let fixture = try await AuthenticationFixture()
        let token = try fixture.token()
        _ = try await fixture.verifier.verify(token)
        fixture.source.publish(
            keySetDocument([jwk(fixture.issuer.keyID, try Ed25519PrivateKey.numbered(2).publicKey)]))
        await fixture.keys.refresh()
        #expect(await fixture.outcome(of: token) == .failure(.invalid(.signature)))
        #expect(fixture.verifier.cachedTokenCount == 0)
    }

    @Test(
        "a fetch that brings no key set leaves the old one",
        arguments: [
            nil, [], Array("<html>".utf8), Array("{}".utf8), keySetDocument(Array(repeating: "{}", count: 65)),
            [UInt8](repeating: UInt8(ascii: " "), count: KeySet.maximumByteCount + 1),
        ])
    func oldSetKept(document: [UInt8]?) async throws {
        let fixture = try await AuthenticationFixture()
        fixture.source.publish(document)
        #expect(await fixture.keys.refresh() == false)
        _ = try await fixture.verifier.verify(try fixture.token())
        #expect(fixture.keys.isReady)
    }

    @Test("known keys serve for staleKeysFor, then every token is 503, remembered ones too")
    func stale() async throws {
        let fixture = try await AuthenticationFixture()
        let token = try fixture.token(validFor: .seconds(200_000))
        fixture.source.publish(nil)
        _ = try await fixture.verifier.verify(token)
        fixture.time.advance(by: .seconds(86_400))
        #expect(fixture.keys.isReady)
        _ = try await fixture.verifier.verify(token)
        fixture.time.advance(by: .microseconds(1))
        #expect(!fixture.keys.isReady)
        #expect(await fixture.outcome(of: token) == .failure(.keysUnavailable))

        fixture.source.publish(fixture.issuer.keySetDocument)
        await fixture.keys.refresh()
        _ = try await fixture.verifier.verify(token)
    }

    @Test("it fetches at once, then every refreshEvery, and tells the keys' age in between")
    func periodic() async throws {
        let fixture = try await AuthenticationFixture(loaded: false)
        let service = Task { try await fixture.keys.run() }
        for fetches in 1...3 {
            for tick in 0..<20 {
                await fixture.time.sleeperArrived()
                #expect(fixture.source.fetchCount == fetches)
                #expect(fixture.metrics["mana_sync_jwks_age_seconds"] == Double(15 * tick))
                fixture.time.advance(by: .seconds(15))
            }
        }
        await fixture.time.sleeperArrived()
        service.cancel()
        await #expect(throws: CancellationError.self) { try await service.value }
        #expect(fixture.metrics[#"mana_sync_jwks_refreshes_total{result="success"}"#] == 4)
    }

    @Test("after failures it tries again in 1, 2, 4, 8, 16 and then every 30 seconds")
    func retries() async throws {
        let fixture = try await AuthenticationFixture(loaded: false)
        fixture.source.publish(nil)
        let service = Task { try await fixture.keys.run() }
        for (failures, delay) in [1, 2, 4, 8, 16, 30, 30].enumerated() {
            await fixture.time.sleeperArrived()
            #expect(fixture.source.fetchCount == failures + 1)
            var rest = delay
            while rest > 0 {
                await fixture.time.sleeperArrived()
                fixture.time.advance(by: .seconds(min(rest, 15)))
                rest -= min(rest, 15)
            }
        }
        await fixture.time.sleeperArrived()
        service.cancel()
        await #expect(throws: CancellationError.self) { try await service.value }
        #expect(fixture.metrics[#"mana_sync_jwks_refreshes_total{result="failure"}"#] == 8)
    }
}
