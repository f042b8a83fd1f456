import Kernel
import Testing

@testable import CachedLookup

@Suite("The rules of a lookup")
struct LookupTableTests {
    private static let now = UnixTime(seconds: 1_000_000)
    private static let alice = UserKey(id: "alice")

    private static func call(_ answer: String) -> LookupTable<String>.Call {
        Task { .fresh(answer, learnedAt: now) }
    }

    @Test(
        "who wakes up only after a call that began in time has ended takes what it brought", arguments: [false, true])
    func lateWaker(fails: Bool) {
        var table = LookupTable<String>(settings: CachedLookupSettings())
        var numbers: [UInt64] = []
        func step(_ wish: LookupTable<String>.Wish) -> LookupTable<String>.Step {
            table.step(for: wish, at: Self.now) { number in
                numbers.append(number)
                return Self.call("\(number)")
            }
        }
        _ = step(table.wish(for: Self.alice))
        // Two want a fresh answer meanwhile. One wakes up and has the next call made; the other sleeps through it.
        let (quick, slow) = (table.freshWish(for: Self.alice), table.freshWish(for: Self.alice))
        for wish in [quick, slow] {
            guard case .outwait = step(wish) else {
                Issue.record("must not take the call under way")
                return
            }
        }
        _ = table.callEnded(for: Self.alice, number: 1, .success("before"), at: Self.now)
        guard case .join = step(quick) else {
            Issue.record("must make a call")
            return
        }
        let outcome: Result<String, LookupFailure> =
            fails ? .failure(LookupFailure(.status, "500")) : .success("after")
        _ = table.callEnded(for: Self.alice, number: 2, outcome, at: Self.now)
        guard case .found(let result) = step(slow) else {
            Issue.record("must not make another call")
            return
        }
        #expect(result.answer == (fails ? "before" : "after"))
        #expect(result.isFresh == !fails)
        #expect(numbers == [1, 2])
    }
}

@Suite("A table of bounded size")
struct RecencyTableTests {
    @Test("holds what a list in the order of use would hold", arguments: [1, 2, 3, 7])
    func model(capacity: Int) {
        let seed = UInt64.random(in: 0 ... .max)
        var generator = SeededGenerator(state: seed)
        var table = RecencyTable<Int, Int>(capacity: capacity)
        var model: [(key: Int, value: Int)] = []
        for step in 0..<2000 {
            let key = Int.random(in: 0..<10, using: &generator)
            let known = model.firstIndex { $0.key == key }
            if Bool.random(using: &generator) {
                #expect(table.use(key) == known.map { model[$0].value }, "seed \(seed), step \(step)")
                if let known { model.append(model.remove(at: known)) }
            } else {
                table.set(key, to: step)
                if let known { model.remove(at: known) }
                model.append((key, step))
                if model.count > capacity { model.removeFirst() }
            }
            #expect(table.count == model.count, "seed \(seed), step \(step)")
        }
    }
}

/// A generator that can be run again from its printed seed (splitmix64).
private struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
