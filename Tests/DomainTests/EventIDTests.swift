import Domain
import Kernel
import Testing

@Suite("Event ids")
struct EventIDTests {
    @Test(
        "are read in either case and any version, and written in lower case",
        arguments: [
            "00000000-0000-0000-0000-000000000000", "ffffffff-ffff-ffff-ffff-ffffffffffff",
            "FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF", "01234567-89ab-cdef-0123-456789abcdef",
            "01234567-89AB-cdef-0123-456789ABCDEF", "f81d4fae-7dec-11d0-a765-00a0c91e6bf6",
        ])
    func read(text: String) throws {
        #expect(try #require(EventID(text: text)).description == text.lowercased())
    }

    @Test("have their bytes in the order of the text")
    func halves() {
        let id = EventID(text: "01234567-89ab-cdef-fedc-ba9876543210")
        #expect(id == EventID(high: 0x0123_4567_89AB_CDEF, low: 0xFEDC_BA98_7654_3210))
    }

    @Test(
        "are nothing else",
        arguments: [
            "", "0", "01234567-89ab-cdef-0123-456789abcde", "01234567-89ab-cdef-0123-456789abcdef0",
            "0123456789abcdef0123456789abcdef", "{1234567-89ab-cdef-0123-456789abcde}",
            "01234567_89ab-cdef-0123-456789abcdef",
            "0123456-789ab-cdef-0123-456789abcdef", "g1234567-89ab-cdef-0123-456789abcdef",
            " 1234567-89ab-cdef-0123-456789abcdef", "01234567-89ab-cdef-0123-456789abcde-",
            "01234567-89ab-cdef-0123-456789abcd\u{E9}", "01234567-89ab-cdef-0123-45678\u{FF11}abc",
            "+1234567-89ab-cdef-0123-456789abcdef", "01234567-89ab-cdef-0123-456789abcde\u{0}",
        ])
    func refused(text: String) {
        #expect(EventID(text: text) == nil)
    }

    @Test("made by the server are version 7, carry the millisecond, and differ")
    func version7() throws {
        let time = try #require(UnixTime(rfc3339: "2022-02-22T19:22:22.000999Z"))
        let ids = (0..<1000).map { _ in EventID.make(at: time) }
        #expect(Set(ids).count == 1000)
        #expect(ids.allSatisfy { $0.description.hasPrefix("017f22e2-79b0-7") })
        #expect(ids.allSatisfy { [8, 9, 0xA, 0xB].contains($0.low >> 60) })
    }

    @Test("made later sort later as texts, to the millisecond, also around the epoch and at the end of time")
    func order() {
        let milliseconds: [Int64] = [0, 1, 2, 999, 1000, 1_767_225_600_000, 1_767_225_600_001, 253_402_300_799_999]
        let texts = milliseconds.map { EventID.make(at: UnixTime(microseconds: $0 * 1000)).description }
        #expect(texts == texts.sorted())
        let before = EventID.make(at: UnixTime(seconds: -62_135_596_800))
        #expect(before.high >> 16 == 0)
    }

    @Test("made at random are read as they are written")
    func roundTrip() {
        let seed = UInt64.random(in: 0 ... .max)
        var generator = SeededGenerator(state: seed)
        for _ in 0..<2000 {
            let id = EventID(high: generator.next(), low: generator.next())
            #expect(EventID(text: id.description) == id, "seed \(seed)")
            #expect(EventID(text: id.description.uppercased()) == id, "seed \(seed)")
        }
    }
}

/// A generator that can be run again from its printed seed (splitmix64).
struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
