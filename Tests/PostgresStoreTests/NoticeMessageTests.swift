import Domain
import Testing

@testable import PostgresStore

@Suite("Messages between servers")
struct NoticeMessageTests {
    private let sender = NoticeMessage.Sender(text: "abc")

    private func notice(_ user: String, space: String? = nil, tables: [String]) throws -> ChangeNotice {
        ChangeNotice(
            author: UserID(user), client: user == "nobody" ? nil : ClientID("c,1:"), app: try #require(AppID("todo")),
            space: space.map { SpaceID($0) }, tables: Set(tables.map { TableName($0) }))
    }

    @Test("What is sent is read again, whatever the names hold")
    func roundTrip() throws {
        let notices = [
            try notice("anna", tables: ["a", "b,3:x,", "ü\n\u{1F}"]),
            try notice("nobody", space: "1 2:", tables: [" "]),
        ]
        let contents: [NoticeMessage.Content] = [
            .committed(notices), .grantsChanged(UserID("ann,a 1:")), .gap(since: nil),
            .gap(since: 1_767_225_600_000_000),
            .ping(told: 0), .ping(told: 1_767_225_600_000_000), .farewell,
        ]
        for content in contents {
            let message = NoticeMessage(sender: sender, content: content)
            #expect(NoticeMessage(text: message.text) == message)
        }
    }

    @Test(
        "What this version does not understand is no message",
        arguments: [
            "", "1", "1 a", "1 a ", "2 a gap", "1 a gap2", "1 a 4:anna,", "1 a 4:anna,0:,4:todo,0:,1:0,",
            "1 a 4:anna,0:,4:todo,0:,1:1,", "1 a 4:anna,0:,4:to/o,0:,1:1,1:t,", "1 a 4:anna,0:,4:todo,0:,1:1,2:t,",
            "1 a -4:anna,", "1 a 99999999999999999999:a,", "1 a 4:anna,0:,4:todo,0:,9:999999999,1:t,",
            "1 a 9223372036854775807:a,", "1 a grants", "1 a grants ", "1 a grants 4:ann,", "1 a grants 4:anna,4:bert,",
            "1 a gap", "1 a gap x", "1 a gap 1 2", "1 a gap 99999999999999999999", "1 a ping", "1 a ping ",
            "1 a ping 1.5",
            "1 a ping 1 ", "1 a farewell ", "1 a farewell 1",
        ])
    func broken(text: String) {
        #expect(NoticeMessage(text: text) == nil)
    }

    @Test("A batch says everything once, in messages that NOTIFY takes")
    func batch() throws {
        let long = String(repeating: "ü", count: 250)
        var batch = NoticeBatch()
        var expected: Set<String> = []
        for user in 0..<3 {
            for table in 0..<40 {
                let pushed = try notice("u\(user)\(long)", space: long, tables: ["\(table)\(long)"])
                batch.add([pushed])
                batch.add([pushed])
                expected.insert("u\(user)\(long)/\(table)\(long)")
            }
        }
        var told: [String] = []
        for payload in batch.payloads(from: sender, told: 5) {
            #expect(payload.utf8.count < 8000)
            guard case .committed(let notices) = NoticeMessage(text: payload)?.content else {
                Issue.record("unreadable")
                continue
            }
            told += notices.flatMap { notice in notice.tables.map { "\(notice.author)/\($0)" } }
        }
        #expect(told.count == expected.count)
        #expect(Set(told) == expected)
    }

    @Test("A batch that grows past its bound says that there is a gap behind what was told before, and starts anew")
    func overflow() throws {
        var batch = NoticeBatch()
        for table in 0...NoticeBatch.mostTables { batch.add([try notice("anna", tables: ["t\(table)"])]) }
        #expect(batch.payloads(from: sender, told: nil) == ["1 abc gap "])
        #expect(batch.payloads(from: sender, told: 17) == ["1 abc gap 17"])
        #expect(batch.news == [.gap])
        #expect(!batch.isEmpty)
        #expect(NoticeBatch().payloads(from: sender, told: 17).isEmpty)
        #expect(NoticeBatch().isEmpty)
    }
}
