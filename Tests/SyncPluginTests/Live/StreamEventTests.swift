import Domain
import Kernel
import NIOCore
import Testing

@testable import SyncPlugin

@Suite("The events of a page")
struct StreamEventTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        /// Tables and places of the rows.
        let rows: [(table: String, place: Int64)]
        let hasMore: Bool
        /// Table, rows, place of `syncedUntil` and `hasMore` of each event.
        let events: [(table: String, count: Int, until: Int64, hasMore: Bool)]
    }

    /// The place after which the pages begin, and the one at which they end.
    static let (after, until): (Int64, Int64) = (10, 99)

    static let cases = [
        Case(
            testDescription: "Rows of one table are one event, which reaches to the page's end",
            rows: [("a", 11), ("a", 12)], hasMore: false, events: [("a", 2, until, false)]),
        Case(
            testDescription: "The last event says that there are more pages",
            rows: [("a", 11)], hasMore: true, events: [("a", 1, until, true)]),
        Case(
            testDescription: "A new event begins with each change of the table, and the earlier one is not the last",
            rows: [("a", 11), ("b", 12), ("b", 13), ("a", 14)], hasMore: false,
            events: [("a", 1, 11, true), ("b", 2, 13, true), ("a", 1, until, false)]),
        Case(
            testDescription: "An event within rows of one place covers what is before that place",
            rows: [("a", 11), ("a", 12), ("b", 12), ("a", 12), ("b", 13)], hasMore: false,
            events: [("a", 2, 11, true), ("b", 1, 11, true), ("a", 1, 12, true), ("b", 1, until, false)]),
        Case(
            testDescription: "The first rows may share a place too",
            rows: [("a", 11), ("b", 11)], hasMore: false, events: [("a", 1, after, true), ("b", 1, until, false)]),
        Case(
            testDescription: "An empty name is a name", rows: [("", 11), ("a", 12)], hasMore: false,
            events: [("", 1, 11, true), ("a", 1, until, false)]),
    ]

    static func cursor(_ place: Int64) -> Cursor { Cursor(UnixTime(microseconds: place)) }

    static func events(_ rows: [(StoredRow, Int64)], hasMore: Bool) -> ByteBuffer? {
        var encoder = StreamEventEncoder(after: cursor(after), timestampKey: .updatedAt)
        for (row, place) in rows { row.append(to: &encoder, at: cursor(place)) }
        return ChangePage(sink: encoder, count: rows.count, until: cursor(until), hasMore: hasMore).events()
    }

    @Test("follow the tables and say how far they reach", arguments: cases)
    func page(given: Case) throws {
        let rows = given.rows.map { (StoredRow(table: $0.table), $0.place) }
        let text = String(buffer: try #require(Self.events(rows, hasMore: given.hasMore)))
        let expected = given.events.map { event in
            let row = wire([StoredRow(table: event.table)])
            let until = Self.cursor(event.until).text
            return #"event: changes"# + "\n"
                + #"data: {"table":"\#(event.table)","changes":[\#(Array(repeating: row, count: event.count).joined(separator: ","))],"#
                + #""syncedUntil":"\#(until)","hasMore":\#(event.hasMore)}"# + "\nid: \(until)\n\n"
        }
        #expect(text == expected.joined())
    }

    @Test("are none where the page has no rows")
    func empty() {
        #expect(Self.events([], hasMore: false) == nil)
    }

    @Test(
        "stay on their lines whatever is in the payloads and the names",
        arguments: ["\n", "\r", "\r\n", "\n\n", "\n\ndata: {}\n\n", "\u{2028}"])
    func framing(hostile: String) throws {
        let rows = [(row(of: hostile), Int64(11))]
        let text = String(buffer: try #require(Self.events(rows, hasMore: false)))
        let lines = text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        #expect(!text.utf8.contains(UInt8(ascii: "\r")))
        #expect(lines.count == 5)
        #expect(lines.map { String(Substring($0.prefix(5))) } == ["event", "data:", "id: 1", "", ""])
    }

    /// A row that has `hostile` wherever it may stand.
    private func row(of hostile: String) -> StoredRow {
        let space = hostile.replacing("data: {}", with: "").replacing("\u{2028}", with: "")
        return StoredRow(
            operation: .update, table: "t\(hostile)", record: hostile, space: hostile, origin: hostile,
            data: #"{\#(space)"a"\#(space):1}"#, fieldValues: #"{"b":\#(space)2}"#,
            fieldTimestamps: #"{"b":\#(space)"x"}"#, deletedAt: hostile, actor: "[\(space)]")
    }
}
