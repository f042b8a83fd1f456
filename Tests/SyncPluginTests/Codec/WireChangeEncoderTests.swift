import Domain
import NIOCore
import Testing

@testable import SyncPlugin

@Suite("Changes on the wire")
struct WireChangeEncoderTests {
    static let head =
        #"{"eventId":"01980000-0000-7000-8000-000000000001","schemaVersion":1,"table":"todos","id":"todo-1","#

    static let rows: [(StoredRow, String)] = [
        (StoredRow(data: #"{"n":1.0}"#), #""op":"insert","data":{"n":1.0}}"#),
        (StoredRow(operation: .insert), #""op":"insert"}"#),
        (StoredRow(operation: .delete), #""op":"delete"}"#),
        (
            StoredRow(operation: .delete, deletedAt: "2026-01-01T00:00:00Z"),
            #""op":"delete","deletedAt":"2026-01-01T00:00:00Z"}"#
        ),
        (StoredRow(operation: .update), #""op":"update","fields":{}}"#),
        (StoredRow(operation: .insert, fieldValues: "{}", fieldTimestamps: "{}"), #""op":"insert","fields":{}}"#),
        (
            StoredRow(
                operation: .update, space: "home", origin: "user", data: "null", fieldValues: #"{"a":1,"\u0062":[ ]}"#,
                fieldTimestamps: #"{"a":"x","\u0062":"y"}"#, deletedAt: "z", actor: #"{"kind":"ai"}"#),
            #""op":"update","data":null,"fields":{"a":{"value":1,"updatedAt":"x"},"\u0062":{"value":[ ],"updatedAt":"y"}},"#
                + #""deletedAt":"z","spaceId":"home","actor":{"kind":"ai"},"origin":"user"}"#
        ),
        // Fields out of step.
        (
            StoredRow(operation: .update, fieldValues: #"{"b":2,"a":1}"#, fieldTimestamps: #"{"a":"x","b":"y"}"#),
            #""op":"update","fields":{"a":{"value":1,"updatedAt":"x"},"b":{"value":2,"updatedAt":"y"}}}"#
        ),
        (
            StoredRow(operation: .update, fieldValues: #"{"a":1,"c":3,"b":2}"#, fieldTimestamps: #"{"a":"x","b":"y"}"#),
            #""op":"update","fields":{"a":{"value":1,"updatedAt":"x"},"b":{"value":2,"updatedAt":"y"}}}"#
        ),
        (
            StoredRow(operation: .update, fieldValues: #"{"a":1,"z":9}"#, fieldTimestamps: #"{"a":"x"}"#),
            #""op":"update","fields":{"a":{"value":1,"updatedAt":"x"}}}"#
        ),
        (
            StoredRow(operation: .update, fieldValues: #"{"b":2}"#, fieldTimestamps: #"{"a":"x","b":"y"}"#),
            #""op":"update","fields":{"a":{"value":null,"updatedAt":"x"},"b":{"value":2,"updatedAt":"y"}}}"#
        ),
        (
            StoredRow(operation: .update, fieldValues: #"{"\u0061":1}"#, fieldTimestamps: #"{"a":"x"}"#),
            #""op":"update","fields":{"a":{"value":1,"updatedAt":"x"}}}"#
        ),
        (
            StoredRow(operation: .update, fieldTimestamps: #"{"a":"x"}"#),
            #""op":"update","fields":{"a":{"value":null,"updatedAt":"x"}}}"#
        ),
        (StoredRow(operation: .update, fieldValues: #"{"a":1}"#), #""op":"update","fields":{}}"#),
        // Strings are escaped, payloads are put on one line.
        (
            StoredRow(
                space: "a\u{0}b", origin: "\"\\/\n\u{1F}", data: "{\r\n\"a\" :\n1}", actor: "\n[\r]"),
            #""op":"insert","data":{  "a" : 1},"spaceId":"a\u0000b","actor": [ ],"origin":"\"\\/\n\u001f"}"#
        ),
    ]

    @Test("A row is written with the members that it has", arguments: rows)
    func members(row: StoredRow, tail: String) {
        #expect(wire([row]) == Self.head + tail)
    }

    @Test("Table and record are escaped, and grow to six times their length at most")
    func names() {
        let controls = String(repeating: "\u{1}", count: 512)
        let escaped = String(repeating: #"\u0001"#, count: 512)
        let row = StoredRow(table: controls, record: controls, space: controls, origin: controls, deletedAt: controls)
        #expect(wire([row]).contains(#""table":"\#(escaped)","id":"\#(escaped)","op""#))
        #expect(wire([row]).contains(#""spaceId":"\#(escaped)","origin":"\#(escaped)"}"#))
    }

    @Test(
        "A schema version of old rows that is below 1 is 1",
        arguments: [(-1, 1), (0, 1), (1, 1), (12, 12), (Int.max, Int.max)])
    func schemaVersion(stored: Int, written: Int) {
        #expect(wire([StoredRow(schemaVersion: stored)]).contains(#""schemaVersion":\#(written),"#))
    }

    @Test("The name of field timestamps is the configured one", arguments: FieldTimestampKey.allCases)
    func timestampKey(key: FieldTimestampKey) {
        let row = StoredRow(operation: .update, fieldValues: #"{"a":1}"#, fieldTimestamps: #"{"a":"x"}"#)
        #expect(wire([row], key: key).hasSuffix(#""fields":{"a":{"value":1,"\#(key.rawValue)":"x"}}}"#))
    }

    @Test(
        "Fields that cannot be read become empty ones, and are counted",
        arguments: [
            ("{", "{}"), ("[]", "{}"), (#"{"a":1}"#, "7"), (#"{"a":1}"#, #"{"a":"x""#), (#"{"a":1}}"#, #"{"a":"x"}"#),
            ("", "{}"),
            (#"{"b":1,]"#, #"{"a":"x"}"#),
            (#"{"b":1,"a":2}"#, #"{"a":0,"a":0}"#),
        ])
    func damage(values: String, timestamps: String) {
        var encoder = WireChangeEncoder(appendingTo: ByteBuffer(), timestampKey: .updatedAt)
        StoredRow(operation: .update, origin: "user", fieldValues: values, fieldTimestamps: timestamps).append(
            to: &encoder)
        #expect(encoder.unreadableRows == 1)
        #expect(String(buffer: encoder.buffer) == Self.head + #""op":"update","fields":{},"origin":"user"}"#)
    }

    @Test(
        "Fields of the fewest bytes, and values paired by name after one in step, fit into the room that is made for them",
        arguments: [
            (
                "{" + Array(repeating: #""":0"#, count: 500).joined(separator: ",") + "}",
                #"{"":{"value":0,"updatedAt":0}"#
            ),
            (
                #"{"x":"\#(String(repeating: "x", count: 9000))","b":1,"a":2}"#,
                #""b":{"value":1,"updatedAt":0}}"#
            ),
        ])
    func room(values: String, part: String) {
        var encoder = WireChangeEncoder(appendingTo: ByteBuffer(), timestampKey: .updatedAt)
        let timestamps = values.hasPrefix(#"{"x""#) ? #"{"x":0,"a":0,"b":0}"# : values
        StoredRow(operation: .update, fieldValues: values, fieldTimestamps: timestamps).append(to: &encoder)
        #expect(encoder.unreadableRows == 0)
        #expect(String(buffer: encoder.buffer).contains(part))
    }

    @Test("Rows stand behind what the buffer held, with commas between them and none where a sequence begins")
    func sequences() throws {
        var encoder = WireChangeEncoder(appendingTo: ByteBuffer(string: "head:["), timestampKey: .updatedAt)
        #expect(encoder.writtenBytes == 0)
        StoredRow().append(to: &encoder)
        let one = encoder.writtenBytes
        StoredRow().append(to: &encoder)
        encoder.buffer.writeString("]\nnext:[")
        encoder.beginSequence()
        StoredRow().append(to: &encoder)
        let row = wire([StoredRow()])
        #expect(String(buffer: encoder.buffer) == "head:[\(row),\(row)]\nnext:[\(row)")
        #expect(one == row.utf8.count && encoder.writtenBytes == 3 * one + 9)
    }

    @Test("A row of thousands of fields is written as one of few")
    func manyFields() throws {
        let names = (0..<5000).map { "field\($0)" }
        let values = names.map { #""\#($0)":"\#($0)""# }
        let stamps = names.map { #""\#($0)":"x""# }
        let expected = names.map { #""\#($0)":{"value":"\#($0)","updatedAt":"x"}"# }
        let tail = #""op":"update","fields":{\#(expected.joined(separator: ","))}}"#
        for order in [values, values.reversed()] {
            let row = StoredRow(
                operation: .update, fieldValues: "{\(order.joined(separator: ","))}",
                fieldTimestamps: "{\(stamps.joined(separator: ","))}")
            #expect(wire([row]) == Self.head + tail)
        }
    }
}
