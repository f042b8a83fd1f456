import CachedLookup
import Kernel
import KernelTesting
import Testing

@Suite("A service that does not answer")
struct OutageTests {
    @Test(
        "is one however it goes wrong",
        arguments: [
            (StandInAnswer.status(500, body: "one"), LookupFailure.Code.status), (.status(404), .status),
            (.status(204), .status), (.status(201, body: "one"), .status), (.status(401), .status),
            (.redirect(to: "/users/alice/x", body: "one"), .status), (.oversized(64 * 1024 + 1), .tooLarge),
            (.endless, .tooLarge), (.truncated("one"), .unreachable), (.hangUp, .unreachable),
            (.garbage, .unreachable), (.json("unreadable"), .unreadable),
        ])
    func failures(answer: StandInAnswer, code: LookupFailure.Code) async throws {
        try await LookupFixture.with(answer) { fixture in
            let result = await fixture.lookup.lookup("alice")
            #expect(result.failure == code && result.answer == nil)
            #expect(fixture.failures(code) == 1)
            #expect(fixture.count("unknown") == 1)
            #expect(fixture.lookup.downSince == fixture.time.now)
            #expect(fixture.metrics["mana_sync_lookup_call_seconds{service=\"test\",outcome=\"failure\"}"] == 1)
        }
    }

    @Test("is none where the answer could not be kept: nobody waits for a pause, and an outage is over")
    func notKept() async throws {
        try await LookupFixture.with(.json("unkept")) {
            $0.staleFor = .seconds(3600)
        } _: { fixture in
            for user in ["alice", "bert", "carl", "alice"] {
                let result = await fixture.lookup.lookup(user)
                #expect(result.failure == .notKept && result.answer == nil)
            }
            #expect(fixture.failures(.notKept) == 4)
            #expect(fixture.lookup.downSince == nil)
            fixture.service.answer(.json("one"))
            #expect(await fixture.lookup.lookup("alice").isFresh)
            // Those who want a fresh answer do not take the old one for it.
            fixture.service.answer(.json("unkept"))
            #expect(await fixture.lookup.lookup("alice", fresh: true).failure == .notKept)
            #expect(await fixture.lookup.lookup("alice", fresh: true).answer == "one")
            fixture.service.answer(.status(503))
            _ = await fixture.lookup.lookup("dora")
            #expect(fixture.lookup.downSince != nil)
            fixture.service.answer(.json("unkept"))
            _ = await fixture.lookup.lookup("bert")
            #expect(fixture.lookup.downSince == nil)
        }
    }

    @Test("64 KiB are read")
    func limit() async throws {
        try await LookupFixture.with(.oversized(64 * 1024)) { fixture in
            #expect(await fixture.lookup.lookup("alice").answer?.utf8.count == 64 * 1024)
        }
    }

    @Test("has 5 seconds for the whole answer", arguments: [StandInAnswer.silent, .dripping("on")])
    func timeout(answer: StandInAnswer) async throws {
        try await LookupFixture.with(answer) { fixture in
            async let result = fixture.lookup.lookup("alice")
            await fixture.service.waitForRequests(1)
            await fixture.time.waitForSleepers()
            fixture.time.advance(by: .milliseconds(4999))
            await fixture.time.waitForSleepers()
            fixture.time.advance(by: .milliseconds(1))
            #expect(await result.failure == .timeout)
        }
    }

    @Test("is absent: the old answer serves for staleFor, then nothing is known")
    func absent() async throws {
        try await LookupFixture.with(.json("one")) {
            $0.staleFor = .seconds(24 * 3600)
        } _: { fixture in
            let asked = fixture.time.now
            _ = await fixture.lookup.lookup("alice")
            try await fixture.service.stop()
            fixture.time.advance(by: .seconds(24 * 3600 - 1))
            let late = await fixture.lookup.lookup("alice")
            #expect(late.answer == "one" && late.learnedAt == asked && late.failure == .unreachable)
            #expect(fixture.count("stale") == 1)
            fixture.time.advance(by: .seconds(1))
            #expect(await fixture.lookup.lookup("alice").answer == nil)
            try await fixture.service.start()
            fixture.time.advance(by: .seconds(60))
            #expect(await fixture.lookup.lookup("alice").isFresh)
        }
    }

    @Test("is not asked about the same user again before a pause, which doubles from one second to thirty")
    func pauses() async throws {
        try await LookupFixture.with(.status(503)) { fixture in
            for (number, seconds) in [1, 2, 4, 8, 16, 30, 30].enumerated() {
                #expect(await fixture.lookup.lookup("alice").failure == .status)
                fixture.time.advance(by: .seconds(seconds) - .milliseconds(1))
                #expect(await fixture.lookup.lookup("alice").failure == .paused)
                #expect(fixture.service.requests.count == number + 1)
                fixture.time.advance(by: .milliseconds(1))
            }
            fixture.service.answer(.json("one"))
            #expect(await fixture.lookup.lookup("alice").isFresh)
        }
    }

    @Test("for three users is asked about nobody but one user a pause, until it answers one")
    func circuit() async throws {
        try await LookupFixture.with(.status(503)) { fixture in
            for user in ["a", "b", "c", "d", "e"] { _ = await fixture.lookup.lookup(user) }
            #expect(fixture.users == ["a", "b", "c"])
            fixture.time.advance(by: .seconds(1))
            for user in ["d", "e", "f"] { _ = await fixture.lookup.lookup(user) }
            #expect(fixture.users == ["a", "b", "c", "d"])
            fixture.time.advance(by: .seconds(2))
            fixture.service.answer(.json("one"))
            // The one that goes through finds the service back, and ends the pauses of all.
            for user in ["e", "a", "b", "d"] { #expect(await fixture.lookup.lookup(user).isFresh, "\(user)") }
        }
    }

    @Test("is asked about nobody else while the one call of a pause is under way")
    func probe() async throws {
        try await LookupFixture.with(.status(503)) { fixture in
            for user in ["a", "b", "c"] { _ = await fixture.lookup.lookup(user) }
            fixture.time.advance(by: .seconds(1))
            fixture.service.hold()
            async let probe = fixture.lookup.lookup("d")
            await fixture.service.waitForRequests(4)
            // Begun in this task, so that it certainly begins while the call is under way.
            let other = Task.immediate { await fixture.lookup.lookup("e") }
            fixture.service.release()
            #expect(await other.value.failure == .paused)
            #expect(await probe.failure == .status)
        }
    }

    @Test("has one pause after calls that failed together, however many")
    func failuresTogether() async throws {
        try await LookupFixture.with(.status(503)) { fixture in
            fixture.service.hold()
            await withTaskGroup(of: Void.self) { group in
                for number in 0..<10 { group.addTask { _ = await fixture.lookup.lookup("user\(number)") } }
                await fixture.service.waitForRequests(10)
                fixture.service.release()
            }
            #expect(await fixture.lookup.lookup("alice").failure == .paused)
            fixture.time.advance(by: .seconds(1))
            fixture.service.answer(.json("one"))
            #expect(await fixture.lookup.lookup("alice").isFresh)
        }
    }

    @Test("that is back for one user is back for those whose pause was longer")
    func recovery() async throws {
        try await LookupFixture.with(.status(503)) { fixture in
            for seconds in [1, 2, 4, 0] {
                #expect(await fixture.lookup.lookup("alice").failure == .status)
                fixture.time.advance(by: .seconds(seconds))
            }
            for user in ["bob", "carol"] { _ = await fixture.lookup.lookup(user) }
            fixture.service.answer(.json("one"))
            fixture.time.advance(by: .seconds(1))
            #expect(await fixture.lookup.lookup("alice").failure == .paused)
            #expect(await fixture.lookup.lookup("dave").isFresh)
            #expect(await fixture.lookup.lookup("alice").isFresh)
        }
    }

    @Test("has no pause when the clock is set back")
    func clockSetBack() async throws {
        try await LookupFixture.with(.status(503)) { fixture in
            _ = await fixture.lookup.lookup("alice")
            fixture.service.answer(.json("one"))
            fixture.time.setWallClock(to: fixture.time.now.advanced(by: .seconds(-3600)))
            #expect(await fixture.lookup.lookup("alice").isFresh)
        }
    }

    @Test("for one user alone stays one for that user alone")
    func oneUsersFailure() async throws {
        try await LookupFixture.with { fixture in
            fixture.service.answer(.status(404))
            for _ in 0..<5 {
                _ = await fixture.lookup.lookup("odd")
                fixture.time.advance(by: .seconds(60))
            }
            fixture.service.answer(.json("one"))
            #expect(await fixture.lookup.lookup("alice").isFresh)
        }
    }

    @Test("with so many calls under way gets no more")
    func busy() async throws {
        try await LookupFixture.with(.json("one")) {
            $0.maximumCalls = 2
        } _: { fixture in
            fixture.service.hold()
            async let alice = fixture.lookup.lookup("alice")
            async let bob = fixture.lookup.lookup("bob")
            await fixture.service.waitForRequests(2)
            #expect(await fixture.lookup.lookup("carol").failure == .busy)
            fixture.service.release()
            _ = await (alice, bob)
            #expect(await fixture.lookup.lookup("carol").isFresh)
        }
    }

    @Test("is in the log once, and once more when it is back")
    func log() async throws {
        try await LookupFixture.with(.status(503)) { fixture in
            for _ in 0..<3 {
                for user in ["a", "b", "c", "d"] { _ = await fixture.lookup.lookup(user) }
                fixture.time.advance(by: .seconds(60))
            }
            fixture.service.answer(.json("one"))
            for user in ["a", "b"] { _ = await fixture.lookup.lookup(user) }
            #expect(
                fixture.log.lines.map(\.message) == [
                    "the test service does not answer: nothing follows", "the test service answers again",
                ])
            #expect(fixture.log.lines.first?.metadata["error"] == "the answer has status 503 instead of 200")
            #expect(fixture.lookup.downSince == nil)
        }
    }

    @Test("now and then is in the log once a minute at most")
    func flapping() async throws {
        try await LookupFixture.with { fixture in
            fixture.service.answer(inTurn: [.status(500), .json("one")])
            for second in 0..<40 {
                _ = await fixture.lookup.lookup("user\(second)")
                fixture.time.advance(by: .seconds(1))
            }
            #expect(fixture.service.requests.count == 40)
            #expect(fixture.log.lines.count == 2)
        }
    }
}
