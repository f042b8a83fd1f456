import CachedLookup
import Kernel
import KernelTesting
import Testing

@Suite("A cached lookup")
struct CachedLookupTests {
    @Test("asks once, and answers from memory until the answer is as old as cacheFor")
    func cached() async throws {
        try await LookupFixture.with { fixture in
            let asked = fixture.time.now
            #expect(fixture.lookup.cached("alice") == nil)
            #expect(await fixture.lookup.lookup("alice") == .fresh("one", learnedAt: asked))
            fixture.service.answer(.json("two"))
            fixture.time.advance(by: .seconds(299))
            #expect(fixture.lookup.cached("alice") == .fresh("one", learnedAt: asked))
            #expect(await fixture.lookup.lookup("alice").answer == "one")
            fixture.time.advance(by: .seconds(1))
            #expect(fixture.lookup.cached("alice") == nil)
            #expect(await fixture.lookup.lookup("alice") == .fresh("two", learnedAt: fixture.time.now))
            #expect(fixture.service.requests.count == 2)
            #expect((fixture.count("hit"), fixture.count("miss")) == (2, 2))
        }
    }

    @Test("an answer that a clock set back makes later than now is asked for anew")
    func clockSetBack() async throws {
        try await LookupFixture.with { fixture in
            _ = await fixture.lookup.lookup("alice")
            fixture.time.setWallClock(to: fixture.time.now.advanced(by: .seconds(-1)))
            #expect(fixture.lookup.cached("alice") == nil)
            #expect(await fixture.lookup.lookup("alice").isFresh)
            #expect(fixture.service.requests.count == 2)
        }
    }

    @Test("an answer is as old as the question")
    func age() async throws {
        try await LookupFixture.with { fixture in
            let asked = fixture.time.now
            fixture.service.hold()
            async let result = fixture.lookup.lookup("alice")
            await fixture.service.waitForRequests(1)
            fixture.time.advance(by: .seconds(4))
            fixture.service.release()
            #expect(await result.learnedAt == asked)
            fixture.time.advance(by: .seconds(296))
            #expect(fixture.lookup.cached("alice") == nil)
        }
    }

    @Test("1,000 who ask for one user at once make one call")
    func singleFlight() async throws {
        try await LookupFixture.with { fixture in
            fixture.service.hold()
            let answers = await withTaskGroup(of: LookupResult<String>.self) { group in
                for _ in 0..<1000 { group.addTask { await fixture.lookup.lookup("alice") } }
                await fixture.service.waitForRequests(1)
                fixture.service.release()
                return await group.reduce(into: []) { $0.append($1) }
            }
            #expect(answers.count == 1000 && answers.allSatisfy(\.isFresh))
            #expect(fixture.service.requests.count == 1)
        }
    }

    @Test("different users are asked about at the same time, each with an answer of their own")
    func users() async throws {
        try await LookupFixture.with { fixture in
            fixture.service.hold()
            async let alice = fixture.lookup.lookup("alice")
            async let bob = fixture.lookup.lookup("bob")
            await fixture.service.waitForRequests(2)
            fixture.service.release()
            _ = await (alice, bob)
            #expect(Set(fixture.users) == ["alice", "bob"])
        }
    }

    @Test("who is cancelled while waiting takes the answer from nobody else")
    func cancelledWaiter() async throws {
        try await LookupFixture.with { fixture in
            fixture.service.hold()
            let first = Task { await fixture.lookup.lookup("alice") }
            await fixture.service.waitForRequests(1)
            async let second = fixture.lookup.lookup("alice")
            first.cancel()
            fixture.service.release()
            #expect(await second.answer == "one")
            #expect(await first.value.answer == "one")
            #expect(fixture.service.requests.count == 1)
        }
    }

    @Test("at capacity the user asked for longest ago is forgotten")
    func capacity() async throws {
        try await LookupFixture.with(.json("one")) {
            $0.capacity = 2
        } _: { fixture in
            for user in ["a", "b", "a", "c"] { _ = await fixture.lookup.lookup(user) }
            #expect(fixture.lookup.cached("a") != nil)
            #expect(fixture.lookup.cached("b") == nil)
            #expect(fixture.lookup.cached("c") != nil)
            #expect(fixture.metrics["mana_sync_lookup_users{service=\"test\"}"] == 2)
        }
    }

    @Test("canonically equivalent ids are different users")
    func equivalence() async throws {
        try await LookupFixture.with { fixture in
            _ = await fixture.lookup.lookup("K")
            #expect(fixture.lookup.cached("\u{212A}") == nil)
        }
    }

    @Test("closed, it makes no more calls, ends those under way, and still knows what it knew")
    func closing() async throws {
        try await LookupFixture.with { fixture in
            _ = await fixture.lookup.lookup("alice")
            fixture.service.hold()
            async let bob = fixture.lookup.lookup("bob")
            await fixture.service.waitForRequests(2)
            await fixture.lookup.close()
            #expect(await bob.failure == .closed)
            #expect(await fixture.lookup.lookup("carol").failure == .closed)
            #expect(await fixture.lookup.lookup("alice").isFresh)
            #expect(fixture.service.requests.count == 2)
            #expect(fixture.lookup.downSince == nil && fixture.log.lines.isEmpty)
        }
    }
}
