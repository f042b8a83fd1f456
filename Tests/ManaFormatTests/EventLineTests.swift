import Domain
import Kernel
import ManaFormat
import NIOCore
import Testing

@Suite("Lines of events")
struct EventLineTests {
    private static let head =
        #"{"eventId":"00000000-0000-0001-0000-000000000002","schemaVersion":1,"appId":"todo","table":"tasks","id":"r1","op":"#
    private static let tail = #","clientId":"tab","createdAt":"2026-01-02T03:04:05.678901Z""#

    @Test(
        "Have the members that the specification names, in its order",
        arguments: [
            (sample(.insert), #""insert""#, ""),
            (
                sample(.insert) { $0.payload.data = JSONText(#"{"b":1.0,"a":[ ]}"#) },
                #""insert","data":{"b":1.0,"a":[ ]}"#, ""
            ),
            (
                sample(.update) { $0.payload.fields = fields(#"{"a":1}"#, #"{"a":"2024-01-01T00:00:00Z"}"#) },
                #""update","data":{"a":1},"fieldTimestamps":{"a":"2024-01-01T00:00:00Z"}"#, ""
            ),
            (
                sample(.delete) { $0.payload.deletedAt = "2024-01-01T00:00:00Z" },
                #""delete","data":{"deletedAt":"2024-01-01T00:00:00Z"}"#, ""
            ),
            (
                sample(.delete) {
                    $0.payload.data = JSONText("[1]")
                    $0.payload.fields = fields("{}", "{}")
                    $0.payload.deletedAt = "t"
                },
                #""delete","data":[1],"fieldTimestamps":{},"fieldValues":{},"deletedAt":"t","payload":["data","fields","deletedAt"]"#,
                ""
            ),
            (
                sample(.insert) {
                    $0.space = SpaceID("s\"1")
                    $0.payload.actor = JSONText("{\n\r\"a\":\n1}")
                    $0.origin = "user\n"
                },
                #""insert""#, #","spaceId":"s\"1","actor":{  "a": 1},"origin":"user\n""#
            ),
        ])
    func lines(change: ArchivedChange, middle: String, end: String) {
        #expect(eventLine(of: change) == Self.head + middle + Self.tail + end + "}\n")
    }

    @Test("A schema version of 0 or less is written as 1", arguments: [0, -1, 1])
    func schemaVersion(version: Int) {
        #expect(eventLine(of: sample { $0.schemaVersion = version }).contains(#""schemaVersion":1,"#))
    }

    @Test("Archives of several users name the author, others do not")
    func user() {
        let change = sample { $0.user = UserID("anna") }
        #expect(eventLine(of: change, namesUser: true).hasSuffix(#","userId":"anna"}"# + "\n"))
        #expect(!eventLine(of: change).contains("userId"))
    }

    /// Every operation with every combination of what may be pushed.
    private static let combinations: [ArchivedChange] = Operation.allCases.flatMap { operation in
        [nil, "{}", #"{"deletedAt":"x"}"#, "null", "[1,2]", #""\u0000\ud800""#, "1e400"].flatMap { data in
            [nil, fields("{}", "{}"), fields(#"{"a":null,"\u0062":1e5}"#, #"{"a":"x","\u0062":"y"}"#)].flatMap {
                fields in
                [nil, "", "2024-01-01T00:00:00Z", "\u{1}\"\\ü"].map { deletedAt in
                    sample(operation) {
                        $0.payload.data = data.map { JSONText($0) }
                        $0.payload.fields = fields
                        $0.payload.deletedAt = deletedAt
                        $0.payload.actor = data.map { JSONText($0) }
                    }
                }
            }
        }
    }

    @Test("Whatever was pushed comes back byte for byte")
    func payloads() throws {
        #expect(try read(try archive(Self.combinations)).changes == Self.combinations)
    }

    @Test("Names and origins of any characters come back")
    func names() throws {
        let change = sample {
            $0.table = TableName("\u{7F}\"\\/\n\u{1F600}")
            $0.record = RecordID(String(repeating: "é", count: 256))
            $0.client = nil
            $0.space = SpaceID("_personal:anna")
            $0.origin = "a\u{0}b"
        }
        #expect(try read(try archive([change])).changes == [change])
    }
}
