import Domain
import NIOCore
import Testing

@testable import SyncPlugin

@Suite("Notices that wait")
struct PendingNoticesTests {
    static func notice(_ tables: [String], app: String = "todo") throws -> ChangeNotice {
        ChangeNotice(
            author: UserID("anna"), client: nil, app: try #require(AppID(app)),
            tables: Set(tables.map { TableName($0) }))
    }

    @Test("are one message for each app, with each table once, escaped")
    func merged() throws {
        var pending = PendingNotices()
        for (tables, app) in [(["a"], "todo"), (["a"], "todo"), (["\"\n"], "notes"), (["a"], "todo")] {
            let fits = pending.insert(try Self.notice(tables, app: app))
            #expect(fits)
        }
        let messages = pending.take().map { String(buffer: $0) }.sorted()
        #expect(
            messages == [
                #"{"type":"sync-available","appId":"notes","tables":["\"\n"]}"#,
                #"{"type":"sync-available","appId":"todo","tables":["a"]}"#,
            ])
        #expect(pending.isEmpty)
    }

    @Test(
        "are bounded in tables and in bytes, escapes counted",
        arguments: [
            ("t", 1024...1024), (String(repeating: "x", count: 500), 120...130),
            (String(repeating: "\u{1}", count: 80), 120...140),
        ])
    func bounds(name: String, most: ClosedRange<Int>) throws {
        var pending = PendingNotices()
        var count = 0
        while pending.insert(try Self.notice(["\(name)\(count)"])) { count += 1 }
        #expect(most.contains(count))
        // What is there already still fits, and after it was taken there is room again.
        var fits = pending.insert(try Self.notice(["\(name)0"]))
        #expect(fits)
        let bytes = pending.take().reduce(0) { $0 + $1.readableBytes }
        #expect(bytes <= 80 << 10)
        fits = pending.insert(try Self.notice(["\(name)\(count)"]))
        #expect(fits)
    }

    @Test("The largest notice fits alone, however its names are written", arguments: ["x", "\u{1}"])
    func largest(character: String) throws {
        let names = (0..<ChangeNotice.mostTables).map { String(repeating: character, count: 508) + "\($0)" }
        var pending = PendingNotices()
        let fits = pending.insert(try Self.notice(names))
        #expect(fits)
    }

    @Test("A notice over the bounds does not fit beside another")
    func tooLargeBesideAnother() throws {
        let names = (0..<ChangeNotice.mostTables).map { String(repeating: "\u{1}", count: 508) + "\($0)" }
        var pending = PendingNotices()
        var fits = pending.insert(try Self.notice(["a"]))
        #expect(fits)
        fits = pending.insert(try Self.notice(names))
        #expect(!fits)
        #expect(pending.take().count == 1)
    }
}
