import Domain
import Kernel
import NIOCore
import Testing

@testable import SyncPlugin

@Suite("Answers to pushes and pulls")
struct SyncAnswerWriterTests {
    static let until = Cursor(UnixTime(microseconds: 1_767_355_200_000_001))
    static let head = #"{"serverChanges":["#
    static let end = #"],"conflicts":[],"syncedUntil":"2026-01-02T12:00:00.000001Z""#

    static func answer(_ rows: [StoredRow], hasMore: Bool = false, _ rejections: [Rejection] = []) -> String {
        let writer = SyncAnswerWriter(timestampKey: .updatedAt)
        var sink = writer.begin()
        for row in rows { row.append(to: &sink) }
        let page = ChangePage(sink: sink, count: rows.count, until: until, hasMore: hasMore)
        return String(buffer: writer.finish(page, rejections: rejections))
    }

    @Test("An answer holds the rows and the cursor, and hasMore and rejected only where there is something to say")
    func shape() throws {
        let row = StoredRow()
        let wired = wire([row])
        #expect(Self.answer([]) == Self.head + Self.end + "}")
        #expect(Self.answer([row, row]) == Self.head + wired + "," + wired + Self.end + "}")
        #expect(Self.answer([row], hasMore: true) == Self.head + wired + Self.end + #","hasMore":true}"#)
    }

    @Test(
        "A rejection has its index, its event id if it has one, its code and a message",
        arguments: RejectionReason.allCases)
    func rejections(reason: RejectionReason) {
        let rejections = [
            Rejection(
                index: 3, eventID: EventID(high: 0x0198_0000_0000_7000, low: 0x8000_0000_0000_0001), reason: reason),
            Rejection(index: 10, eventID: nil, reason: reason),
        ]
        let why = #""error":"\#(reason.rawValue)","message":"\#(reason.message)"}"#
        let expected =
            #","hasMore":true,"rejected":[{"index":3,"eventId":"01980000-0000-7000-8000-000000000001",\#(why),{"index":10,\#(why)]}"#
        #expect(Self.answer([], hasMore: true, rejections) == Self.head + Self.end + expected)
    }

    @Test("An answer without rows can give a cursor back")
    func withoutPage() {
        let writer = SyncAnswerWriter(timestampKey: .at)
        let answer = writer.finish(writer.begin(), until: .beginning)
        let expected = #"{"serverChanges":[],"conflicts":[],"syncedUntil":"1970-01-01T00:00:00.000000Z"}"#
        #expect(String(buffer: answer) == expected)
    }

    @Test("The page's byte limit does not count the head")
    func writtenBytes() {
        var sink = SyncAnswerWriter(timestampKey: .updatedAt).begin()
        #expect(sink.writtenBytes == 0)
        StoredRow().append(to: &sink)
        #expect(sink.writtenBytes == wire([StoredRow()]).utf8.count)
    }
}
