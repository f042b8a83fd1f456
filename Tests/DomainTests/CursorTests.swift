import Domain
import Kernel
import Testing

@Suite("Cursors")
struct CursorTests {
    @Test(
        "are written in fixed width and read back", arguments: [0, 1, 1_767_323_045_678_901, 253_402_300_799_999_999])
    func roundTrip(microseconds: Int64) {
        let cursor = Cursor(UnixTime(microseconds: microseconds))
        #expect(cursor.text.utf8.count == 27)
        #expect(Cursor(text: cursor.text) == cursor)
    }

    @Test(
        "are read in any form of RFC 3339, nanoseconds rounded down",
        arguments: [
            "2026-01-02T03:04:05.678901Z", "2026-01-02T03:04:05.678901999Z", "2026-01-02t05:04:05.678901+02:00",
            "2026-01-01T19:04:05.678901-08:00",
        ])
    func forms(text: String) {
        #expect(Cursor(text: text)?.text == "2026-01-02T03:04:05.678901Z")
    }

    @Test("before 1970 count as the beginning", arguments: ["0001-01-01T00:00:00Z", "1969-12-31T23:59:59.999999Z"])
    func early(text: String) {
        #expect(Cursor(text: text) == .beginning)
    }

    @Test("that are none are nil", arguments: ["", "0", "now", "2026-01-02", "2026-13-01T00:00:00Z"])
    func unreadable(text: String) {
        #expect(Cursor(text: text) == nil)
    }

    @Test("compare as their texts do")
    func order() {
        let seed = UInt64.random(in: 0 ... .max)
        var generator = SeededGenerator(state: seed)
        for _ in 0..<2000 {
            let cursors = (0..<2).map { _ in
                Cursor(UnixTime(microseconds: .random(in: 0...253_402_300_799_999_999, using: &generator)))
            }
            #expect((cursors[0] < cursors[1]) == (cursors[0].text < cursors[1].text), "seed \(seed)")
        }
    }
}
