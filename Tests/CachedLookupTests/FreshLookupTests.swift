import CachedLookup
import Kernel
import KernelTesting
import Testing

@Suite("A fresh answer")
struct FreshLookupTests {
    @Test("is asked for although one is known, and is known from then on")
    func fresh() async throws {
        try await LookupFixture.with { fixture in
            _ = await fixture.lookup.lookup("alice")
            fixture.service.answer(.json("two"))
            fixture.time.advance(by: .seconds(1))
            let asked = fixture.time.now
            #expect(await fixture.lookup.lookup("alice", fresh: true) == .fresh("two", learnedAt: asked))
            #expect(fixture.lookup.cached("alice")?.answer == "two")
            #expect(fixture.service.requests.count == 2)
        }
    }

    @Test("does not come from a call that was under way before; all who want one share the next")
    func notTheCallUnderWay() async throws {
        try await LookupFixture.with { fixture in
            fixture.service.answer(inTurn: [.json("before"), .json("after"), .json("one too many")])
            fixture.service.hold()
            async let early = fixture.lookup.lookup("alice")
            await fixture.service.waitForRequests(1)
            let late = await withTaskGroup(of: LookupResult<String>.self) { group in
                // Begun in this task, so that they certainly begin while the first call is under way.
                for _ in 0..<100 { group.addImmediateTask { await fixture.lookup.lookup("alice", fresh: true) } }
                fixture.service.release()
                return await group.reduce(into: []) { $0.append($1) }
            }
            #expect(await early.answer == "before")
            #expect(late.allSatisfy { $0.answer == "after" && $0.isFresh })
            #expect(fixture.service.requests.count == 2)
        }
    }

    @Test("that is under way serves those who want any answer, and holds up nobody who has one")
    func othersMeanwhile() async throws {
        try await LookupFixture.with { fixture in
            _ = await fixture.lookup.lookup("alice")
            fixture.service.hold()
            async let fresh = fixture.lookup.lookup("alice", fresh: true)
            await fixture.service.waitForRequests(2)
            #expect(await fixture.lookup.lookup("alice").answer == "one")
            fixture.service.release()
            #expect(await fresh.isFresh)
        }
    }

    @Test("that the service does not give is the old answer, and no fresh one")
    func outage() async throws {
        try await LookupFixture.with { fixture in
            let asked = fixture.time.now
            _ = await fixture.lookup.lookup("alice")
            fixture.service.answer(.status(503))
            let result = await fixture.lookup.lookup("alice", fresh: true)
            #expect(result.answer == "one" && result.learnedAt == asked && !result.isFresh)
            #expect(result.failure == .status)
            // What is cached is as good as it was.
            #expect(fixture.lookup.cached("alice")?.isFresh == true)
        }
    }

    @Test("is not asked for during the pause after a failure")
    func pause() async throws {
        try await LookupFixture.with(.status(503)) { fixture in
            #expect(await fixture.lookup.lookup("alice", fresh: true).failure == .status)
            #expect(await fixture.lookup.lookup("alice", fresh: true).failure == .paused)
            #expect(fixture.service.requests.count == 1)
        }
    }
}

@Suite("An invalidated answer")
struct InvalidationTests {
    @Test("is asked for anew")
    func one() async throws {
        try await LookupFixture.with { fixture in
            for user in ["alice", "bob"] { _ = await fixture.lookup.lookup(user) }
            fixture.lookup.invalidate("alice")
            #expect(fixture.lookup.cached("alice") == nil)
            #expect(fixture.lookup.cached("bob") != nil)
            #expect(await fixture.lookup.lookup("alice").isFresh)
            #expect(fixture.lookup.cached("alice") != nil)
            fixture.lookup.invalidateAll()
            #expect(fixture.lookup.cached("alice") == nil && fixture.lookup.cached("bob") == nil)
        }
    }

    @Test("serves while the service is down, as long as old answers do", arguments: [0, 3600])
    func outage(staleFor: Int) async throws {
        try await LookupFixture.with(.json("one")) {
            $0.staleFor = .seconds(staleFor)
        } _: { fixture in
            _ = await fixture.lookup.lookup("alice")
            fixture.lookup.invalidate("alice")
            try await fixture.service.stop()
            let result = await fixture.lookup.lookup("alice")
            #expect(result.answer == (staleFor > 0 ? "one" : nil) && !result.isFresh)
        }
    }

    @Test("is also the one that a call under way brings", arguments: [false, true])
    func callUnderWay(all: Bool) async throws {
        try await LookupFixture.with { fixture in
            fixture.service.answer(inTurn: [.json("before"), .json("after")])
            fixture.service.hold()
            async let early = fixture.lookup.lookup("alice")
            await fixture.service.waitForRequests(1)
            if all { fixture.lookup.invalidateAll() } else { fixture.lookup.invalidate("alice") }
            async let late = fixture.lookup.lookup("alice")
            fixture.service.release()
            #expect(await early.answer == "before")
            #expect(await late.answer == "after")
            #expect(fixture.lookup.cached("alice")?.answer == "after")
        }
    }

    @Test("ends the pause after a failure")
    func pause() async throws {
        try await LookupFixture.with(.status(500)) { fixture in
            _ = await fixture.lookup.lookup("alice")
            fixture.service.answer(.json("one"))
            #expect(await fixture.lookup.lookup("alice").failure == .paused)
            fixture.lookup.invalidate("alice")
            #expect(await fixture.lookup.lookup("alice").isFresh)
        }
    }
}
