import Domain
import Kernel
import NIOCore
import Testing

@testable import SyncPlugin

@Suite("What a changeset says")
struct ChangesetContentTests {
    @Test(
        "An empty changeset has no changes, no client and the beginning as its cursor",
        arguments: [
            "{}", #"{"changes":[]}"#, #"{"changes":null}"#, #"{"changes":[7],"changes":null}"#,
            " {\t\"changes\" :\r\n[ ] } ",
            #"{"clientId":null,"since":null,"schemaVersion":null}"#, #"{"clientId":"","since":""}"#,
            #"{"unknown":[{"changes":[1]}]}"#,
        ])
    func empty(body: String) throws {
        let changeset = try read(body)
        #expect(changeset.changes.isEmpty && changeset.clientID == nil && changeset.since == .beginning)
        #expect(changeset.schemaVersion == 1 && changeset.loweredTimestamps == 0)
    }

    @Test(
        "The cursor is any RFC 3339 timestamp, and is not lowered",
        arguments: [
            ("2024-01-01T10:00:00.000Z", "2024-01-01T10:00:00.000000Z"),
            ("2024-01-01T10:00:00Z", "2024-01-01T10:00:00.000000Z"),
            ("2024-01-01T10:00:00.123456999Z", "2024-01-01T10:00:00.123456Z"),
            ("2024-01-01T12:00:00+02:00", "2024-01-01T10:00:00.000000Z"),
            ("2099-01-01T00:00:00Z", "2099-01-01T00:00:00.000000Z"),
            ("1969-01-01T00:00:00Z", "1970-01-01T00:00:00.000000Z"),
            (#"2024-01-01\u005410:00:00Z"#, "2024-01-01T10:00:00.000000Z"),
        ])
    func since(text: String, cursor: String) throws {
        #expect(try read(#"{"since":"\#(text)"}"#).since.text == cursor)
    }

    @Test(
        "A schema version that is absent or at most 0 is 1",
        arguments: ["null", "0", "-7", "1", "1.0", "10e-1", "-0.5", "-1e400", "-99999999999999999999"])
    func schemaVersion(version: String) throws {
        let change = #"{"table":"t","id":"1","op":"insert","schemaVersion":\#(version)}"#
        #expect(try readChange(change).schemaVersion == 1)
        let changeset = try read(
            #"{"changes":[{"table":"t","id":"1","op":"insert"}],"schemaVersion":\#(version)}"#)
        #expect(changeset.schemaVersion == 1 && changeset.changes.first?.schemaVersion == 1)
    }

    @Test("The last of equal members of the envelope counts, and earlier ones may be anything")
    func duplicates() throws {
        let changeset = try read(
            #"""
            {"clientId":7,"clientId":"phone","since":{},"since":"2024-01-01T10:00:00Z","schemaVersion":9,"schemaVersion":1,
             "changes":[7],"changes":[{"table":1,"id":"","op":"x","table":"t","id":"1","op":"delete","eventId":"?","eventId":null,
              "data":{"spaceId":"first"},"data":{"n":1},"fields":[],"fields":{"a":7,"a":{"value":1,"value":2,"at":"x","at":"2026-01-01T00:00:00Z"}},
              "deletedAt":1,"deletedAt":"2026-01-01T00:00:00Z","spaceId":1,"spaceId":null,"origin":[],"origin":"user","actor":1,"actor":2,
              "schemaVersion":2,"schemaVersion":1}]}
            """#)
        let change = try #require(changeset.changes.first)
        #expect(changeset.clientID == ClientID("phone") && changeset.since.text == "2024-01-01T10:00:00.000000Z")
        #expect(change.table == TableName("t") && change.record == RecordID("1") && change.operation == .delete)
        #expect(change.eventID == nil && change.space == nil && change.origin == "user")
        #expect(change.payload.data?.description == #"{"n":1}"# && change.payload.actor?.description == "2")
        #expect(change.payload.deletedAt == "2026-01-01T00:00:00Z")
        #expect(change.payload.fields?.values.description == #"{"a":2}"#)
        #expect(change.payload.fields?.timestamps.description == #"{"a":"2026-01-01T00:00:00Z"}"#)
    }

    @Test(
        "Of fields with one name, however it is escaped, the last counts at the first one's place",
        arguments: [2, 31, 32, 33, 200])
    func duplicateFields(count: Int) throws {
        let names = (0..<count).map { "f\($0)" }
        let first = names.map { #""\#($0)":{"value":"old"}"# }
        let last = names.map { #""\u0066\#($0.dropFirst())":{"value":"new","at":"2026-01-01T00:00:00Z"}"# }
        let fields = (first + last).joined(separator: ",")
        let change = try readChange(#"{"table":"t","id":"1","op":"update","fields":{\#(fields)}}"#)
        let expected = names.map { #""\u0066\#($0.dropFirst())":"new""# }.joined(separator: ",")
        #expect(change.payload.fields?.values.description == "{\(expected)}")
    }

    @Test("Fields whose names only Unicode's normal forms make equal are two fields")
    func normalForms() throws {
        let names = (0..<40).map { "n\($0)" } + ["é", "e\u{301}"]
        let fields = names.map { #""\#($0)":{"at":"2026-01-01T00:00:00Z"}"# }.joined(separator: ",")
        let change = try readChange(#"{"table":"t","id":"1","op":"update","fields":{\#(fields)}}"#)
        let expected = names.map { #""\#($0)":null"# }.joined(separator: ",")
        #expect(change.payload.fields?.values.description == "{\(expected)}")
    }

    @Test("Escaped member names and values are what they stand for")
    func escapes() throws {
        let body = #"""
            {"\u0063lientId":"\u0070hone","\u0063hanges":[{"\u0074able":"\u0074odos","\u0069d":"a\/b","o\u0070":"ins\u0065rt",
            "event\u0049d":"0198C7D2-0000-7000-8000-00000000000\u0041","d\u0061ta":{"space\u0049d":"\ud83d\ude00"},"orig\u0069n":"\""}]}
            """#
        let changeset = try read(body)
        let change = try #require(changeset.changes.first)
        #expect(changeset.clientID == ClientID("phone"))
        #expect(change.table == TableName("todos") && change.record == RecordID("a/b") && change.operation == .insert)
        #expect(change.eventID?.description == "0198c7d2-0000-7000-8000-00000000000a")
        #expect(change.space == SpaceID("😀") && change.origin == "\"")
    }

    @Test("Names of exactly 512 bytes are names", arguments: [#"a"#, #"\u0061"#])
    func longNames(letter: String) throws {
        let sent = String(repeating: letter, count: 512)
        let name = String(repeating: "a", count: 512)
        let change = try readChange(
            #"""
            {"table":"\#(sent)","id":"\#(sent)","op":"update","origin":"\#(sent)","spaceId":"\#(sent)",
            "fields":{"\#(sent)":{"at":"2026-01-01T00:00:00Z"}}}
            """#)
        #expect(change.table.text == name && change.record.text == name && change.origin == name)
        #expect(change.space?.text == name)
        #expect(change.payload.fields?.values.description == #"{"\#(sent)":null}"#)
    }

    @Test(
        "The space is the change's own, else that of data, else that of fields; only strings count, and only if not empty",
        arguments: [
            (#""spaceId":"own","data":{"spaceId":"data"}"#, "own"),
            (#""data":{"spaceId":"data"},"spaceId":"own""#, "own"),
            (#""spaceId":null,"data":{"spaceId":"data"}"#, "data"),
            (#""spaceId":"","data":{"spaceId":"data"}"#, "data"),
            (#""data":{"spaceId":"data"},"fields":{"spaceId":{"value":"field","at":"2026-01-01T00:00:00Z"}}"#, "data"),
            (#""data":{"spaceId":7},"fields":{"spaceId":{"value":"field","at":"2026-01-01T00:00:00Z"}}"#, "field"),
            (#""data":{"spaceId":""},"fields":{"spaceId":{"value":"field","at":"2026-01-01T00:00:00Z"}}"#, "field"),
            (#""data":["spaceId"],"fields":{"spaceId":{"value":7,"at":"2026-01-01T00:00:00Z"}}"#, nil),
            (#""data":{"spaceId":"first","spaceId":null}"#, nil), (#""data":{"spaceId":"a","spaceId":"b"}"#, "b"),
            (#""data":{"inner":{"spaceId":"deep"}}"#, nil), (#""data":{"spaceId":"gone"},"data":7"#, nil),
            (#""fields":{"spaceId":{"value":"gone","at":"2026-01-01T00:00:00Z"}},"fields":null"#, nil),
            (#""spaceId":"own","data":{"spaceId":"\u0000"}"#, "own"), (#""data":null"#, nil),
        ] as [(String, String?)])
    func space(members: String, space: String?) throws {
        let change = try readChange(#"{"table":"t","id":"1","op":"update",\#(members)}"#)
        #expect(change.space?.text == space)
    }

    @Test(
        "A field's timestamp is updatedAt, or at where that is absent or null",
        arguments: [
            #""updatedAt":"2026-01-01T00:00:00Z""#, #""at":"2026-01-01T00:00:00Z""#,
            #""at":"2025-01-01T00:00:00Z","updatedAt":"2026-01-01T00:00:00Z""#,
            #""updatedAt":"2026-01-01T00:00:00Z","at":"soon""#, #""updatedAt":null,"at":"2026-01-01T00:00:00Z""#,
        ])
    func timestampNames(members: String) throws {
        let change = try readChange(#"{"table":"t","id":"1","op":"update","fields":{"a":{"value":1,\#(members)}}}"#)
        #expect(change.payload.fields?.timestamps.description == #"{"a":"2026-01-01T00:00:00Z"}"#)
    }

    @Test("Members that are absent are none, those that are null are null")
    func absence() throws {
        let bare = try readChange(#"{"table":"t","id":"1","op":"update"}"#).payload
        #expect(bare == Payload())
        let null = try readChange(
            #"{"table":"t","id":"1","op":"update","data":null,"actor":null,"fields":null,"deletedAt":null}"#)
        #expect(null.payload == Payload(data: JSONText("null"), actor: JSONText("null")))
        let empty = try readChange(#"{"table":"t","id":"1","op":"update","fields":{},"origin":""}"#)
        #expect(empty.payload.fields == Payload.Fields(values: JSONText("{}"), timestamps: JSONText("{}")))
        #expect(empty.origin == "")
    }

    @Test(
        "A timestamp more than the allowed skew ahead is lowered to it and counted",
        arguments: [
            ("2026-01-02T12:05:00Z", nil), ("2026-01-02T12:05:00.000000999Z", nil),
            ("2026-01-02T12:05:00.000001Z", "2026-01-02T12:05:00.000000Z"),
            ("2099-01-01T00:00:00+14:00", "2026-01-02T12:05:00.000000Z"),
            ("2026-01-02T14:00:00+02:00", nil), (#"2099-01-01\u005400:00:00Z"#, "2026-01-02T12:05:00.000000Z"),
        ] as [(String, String?)])
    func lowering(sent: String, lowered: String?) throws {
        let changeset = try read(
            #"""
            {"changes":[{"table":"t","id":"1","op":"delete","deletedAt":"\#(sent)","fields":{
            "a":{"value":1,"at":"\#(sent)"},"b":{"value":2,"at":"2020-01-01T00:00:00Z"},"c":{"at":"\#(sent)"}}}]}
            """#)
        let payload = try #require(changeset.changes.first).payload
        let stamp = lowered ?? sent
        #expect(changeset.loweredTimestamps == (lowered == nil ? 0 : 3))
        #expect(payload.deletedAt == stamp)
        #expect(
            payload.fields?.timestamps.description == #"{"a":"\#(stamp)","b":"2020-01-01T00:00:00Z","c":"\#(stamp)"}"#)
        #expect(payload.fields?.values.description == #"{"a":1,"b":2,"c":null}"#)
    }

    @Test("Only the timestamps of the changes that count are counted as lowered")
    func loweringOfDuplicates() throws {
        let change = #"{"table":"t","id":"1","op":"delete","deletedAt":"2099-01-01T00:00:00Z"}"#
        #expect(try read(#"{"changes":[\#(change),\#(change)],"changes":[\#(change)]}"#).loweredTimestamps == 1)
    }

    @Test("A fingerprint is the digest of the change's bytes and which of several identical ones it is")
    func fingerprints() throws {
        let change = #"{"table":"t","id":"1","op":"insert"}"#
        let other = #"{"table":"t","id":"1","op":"insert" }"#
        let changes = try read(#"{"changes":[ \#(change) , \#(other),\#(change),\#(change)]}"#).changes
        let digest = try SHA256Digest.of(change.utf8).bytes
        let high = digest[0..<8].reduce(0 as UInt64) { $0 << 8 | UInt64($1) }
        let low = digest[8..<16].reduce(0 as UInt64) { $0 << 8 | UInt64($1) }
        let expected = [0, 2, 3].map { changes[$0].fingerprint }
        #expect(expected == (0..<3).map { ChangeFingerprint(high: high, low: low, occurrence: $0) })
        #expect(changes[1].fingerprint.occurrence == 0 && changes[1].fingerprint.high != high)
    }

    @Test("A body that is a part of a larger buffer is read from its own start")
    func slices() throws {
        var buffer = ByteBuffer(string: #"xxx{"changes":[{"table":"t","id":"1","op":"insert","data":[1]}]}"#)
        buffer.moveReaderIndex(forwardBy: 3)
        let changeset = try ChangesetReader(now: arrival, maxFutureSkew: .zero).read(buffer)
        #expect(changeset.changes.first?.payload.data?.description == "[1]")
    }
}
