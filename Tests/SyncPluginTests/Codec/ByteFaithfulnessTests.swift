import Domain
import NIOCore
import Testing

@testable import SyncPlugin

@Suite("Payloads come back byte for byte")
struct ByteFaithfulnessTests {
    static let values = [
        "9007199254740993", "-0", "-0.0", "1e400", "-1E+400", "1.0", "0.10", "123456789012345678901234567890", "null",
        "true",
        "false", "[]", "{}", #""""#, #""\u0000""#, #""\ud800""#, #""\udc00\ud800""#, #""\/""#, #""/""#, #""\u00e9""#,
        #""é""#,
        #""e\u0301""#, "\"\u{2028}\"", "\"👩‍👩‍👧\"", "\"\u{7F}\"", #"{"b":1,"a":2}"#, #"{"a":1,"a":2}"#,
        #"{"":{"":[1,2.50]}}"#,
        #"{"spaceId":null,"\u0073paceId":false}"#, #"{"value":1,"at":2}"#, "[ 1 ,\t2 ]", #""a  b\n\t""#,
        "\"" + String(repeating: "x", count: 70_000) + "\"",
        String(repeating: "[", count: 400) + String(repeating: "]", count: 400),
    ]

    @Test("As data, actor and a field's value", arguments: values)
    func everywhere(value: String) throws {
        let stamp = #""2026-01-02T05:04:05.123456789+02:00""#
        let change = try readChange(
            #"""
            {"table":"t","id":"1","op":"delete","data":\#(value),"actor":\#(value),
             "fields":{"a":{"value":\#(value),"at":\#(stamp)},"\u0062":{"at":\#(stamp),"value": \#(value) }}}
            """#)
        let wired = try #require(try members(of: wire([StoredRow(change)]).utf8))
        #expect(wired["data"] == value && wired["actor"] == value)
        let field = #"{"value":\#(value),"updatedAt":\#(stamp)}"#
        #expect(wired["fields"] == #"{"a":\#(field),"\u0062":\#(field)}"#)
    }

    @Test("Whitespace between tokens is all that may change, and line breaks only into spaces")
    func whitespace() throws {
        let spaced =
            "\r\n { \t\"changes\"\n:\r[ {\n\"table\" :\"t\" , \"id\":\t\"1\"\n,\"op\":\"insert\",\n\"data\" : {\n\"a\" :\r[ 1 ,\t2 ] } } ] }\n"
        let change = try #require(try read(spaced).changes.first)
        #expect(change.payload.data?.description == "{\n\"a\" :\r[ 1 ,\t2 ] }")
        let wired = try #require(try members(of: wire([StoredRow(change)]).utf8))
        #expect(wired["data"] == "{ \"a\" : [ 1 ,\t2 ] }")
    }

    @Test(
        "A field's timestamp comes back as it was sent",
        arguments: [
            "2026-01-01T00:00:00Z", "2026-01-01t00:00:00z", "2026-01-01 00:00:00.1Z", "2026-01-01T00:00:00.123456789Z",
            "2026-01-01T02:00:00+02:00", #"2026\u002d01-01T00:00:00Z"#, "0001-01-01T00:00:00Z",
        ])
    func timestamps(stamp: String) throws {
        let change = try readChange(
            #"{"table":"t","id":"1","op":"update","fields":{"a":{"value":1,"at":"\#(stamp)"}}}"#)
        let wired = try #require(try members(of: wire([StoredRow(change)], key: .at).utf8))
        #expect(wired["fields"] == #"{"a":{"value":1,"at":"\#(stamp)"}}"#)
    }

    @Test("Payloads share the body's memory")
    func sharing() throws {
        let body = ByteBuffer(string: #"{"changes":[{"table":"t","id":"1","op":"insert","data":{"a":[1,2,3]}}]}"#)
        let change = try #require(
            try ChangesetReader(now: arrival, maxFutureSkew: .zero).read(body).changes.first)
        let data = try #require(change.payload.data).bytes
        let isInside = body.withUnsafeReadableBytes { whole in
            data.withUnsafeReadableBytes { part in
                guard let base = whole.baseAddress, let start = part.baseAddress else { return false }
                return (base..<base + whole.count).contains(start)
            }
        }
        #expect(isInside)
    }
}
