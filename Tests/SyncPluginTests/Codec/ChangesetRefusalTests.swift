import Testing

@testable import SyncPlugin

/// A body and what it is refused with.
struct Refusal: Sendable, CustomTestStringConvertible {
    let body: String
    let code: ChangesetError.Code
    let detail: String

    init(_ body: String, _ code: ChangesetError.Code, _ detail: String) {
        self.body = body
        self.code = code
        self.detail = detail
    }

    /// A change at index 1, behind a good one.
    init(change: String, _ detail: String, code: ChangesetError.Code = .invalidChange) {
        self.init(
            #"{"changes":[{"table":"t","id":"0","op":"insert"},\#(change)]}"#, code,
            "changes[1]\(detail.hasPrefix(" ") ? "" : ".")\(detail).")
    }

    var testDescription: String { String(body.prefix(160)) }
}

@Suite("Changesets that are refused")
struct ChangesetRefusalTests {
    static let name = "of at most 512 bytes, without U+0000 and lone surrogates"
    static let badNames = [
        "\"" + String(repeating: "x", count: 513) + "\"", "\"" + String(repeating: "é", count: 257) + "\"",
        "\"" + String(repeating: #"\u0061"#, count: 513) + "\"",
        "\"" + String(repeating: #"\u0061"#, count: 512) + "a\"",
        #""a\u0000b""#, #""\ud800""#, #""\udc00\ud800""#, #""\ud83dx""#,
    ]
    static let notStrings = ["1", "true", "[]", "{}", #"["x"]"#]

    static let bodies: [Refusal] = [
        Refusal("", .invalidJSON, "The body is no valid JSON: unexpected_end at byte 0."),
        Refusal("{", .invalidJSON, "The body is no valid JSON: unexpected_end at byte 1."),
        Refusal("{}x", .invalidJSON, "The body is no valid JSON: trailing_bytes at byte 2."),
        Refusal("\u{FEFF}{}", .invalidJSON, "The body is no valid JSON: unexpected_byte at byte 0."),
        Refusal(#"{"changes":[],}"#, .invalidJSON, "The body is no valid JSON: unexpected_byte at byte 14."),
        Refusal(#"{"x":01}"#, .invalidJSON, "The body is no valid JSON: unexpected_byte at byte 6."),
        Refusal(#"{"x":"\x"}"#, .invalidJSON, #"The body is no valid JSON: invalid_escape at byte 6."#),
        Refusal("{\"x\":\"\n\"}", .invalidJSON, "The body is no valid JSON: control_character at byte 6."),
        // No JSON is told before any other fault, wherever it stands.
        Refusal(#"{"since":1,"changes":[7]}]"#, .invalidJSON, "The body is no valid JSON: trailing_bytes at byte 25."),
        Refusal(#"[] 1"#, .invalidJSON, "The body is no valid JSON: trailing_bytes at byte 3."),
        Refusal(
            #"{"changes":[{"op":1},nul]}"#, .invalidJSON, "The body is no valid JSON: invalid_literal at byte 24."),
        Refusal("[]", .invalidChangeset, "The body must be an object."),
        Refusal("null", .invalidChangeset, "The body must be an object."),
        Refusal(#""x""#, .invalidChangeset, "The body must be an object."),
        Refusal(#"{"changes":{}}"#, .invalidChangeset, "changes must be an array."),
        Refusal(#"{"changes":"[]"}"#, .invalidChangeset, "changes must be an array."),
        Refusal(#"{"changes":[],"changes":0}"#, .invalidChangeset, "changes must be an array."),
        Refusal(#"{"schemaVersion":"1"}"#, .invalidChangeset, "schemaVersion must be an integer."),
        Refusal(#"{"schemaVersion":0.5}"#, .invalidChangeset, "schemaVersion must be an integer."),
        Refusal(#"{"since":"yesterday"}"#, .invalidCursor, "since must be an RFC 3339 timestamp."),
        Refusal(#"{"since":"2026-01-02"}"#, .invalidCursor, "since must be an RFC 3339 timestamp."),
        Refusal(#"{"since":" "}"#, .invalidCursor, "since must be an RFC 3339 timestamp."),
        Refusal(#"{"since":1767355200}"#, .invalidCursor, "since must be an RFC 3339 timestamp."),
        Refusal(#"{"since":{}}"#, .invalidCursor, "since must be an RFC 3339 timestamp."),
        // What is around the changes is told before the changes.
        Refusal(#"{"changes":[7],"since":"x"}"#, .invalidCursor, "since must be an RFC 3339 timestamp."),
    ]
    static let versions = ["2", "2.0", "1.5", "1e400", "99999999999999999999"].flatMap { version in
        let explanation = "schemaVersion is above 1, the newest that this server knows"
        let change = #"{"table":"t","id":"1","op":"insert","schemaVersion":\#(version)}"#
        return [
            Refusal(#"{"schemaVersion":\#(version)}"#, .unsupportedSchemaVersion, "\(explanation)."),
            // A change's own version does not make up for it.
            Refusal(
                #"{"changes":[{"table":"t","id":"1","op":"insert","schemaVersion":1}],"schemaVersion":\#(version)}"#,
                .unsupportedSchemaVersion, "\(explanation)."),
            Refusal(change: change, explanation, code: .unsupportedSchemaVersion),
        ]
    }
    static let clients =
        badNames.map {
            Refusal(#"{"clientId":\#($0)}"#, .invalidChange, "clientId must be a string \(name).")
        } + notStrings.map { Refusal(#"{"clientId":\#($0)}"#, .invalidChangeset, "clientId must be a string.") }
    static let shapes = ["7", "null", "[]", #""x""#, "true"].map { Refusal(change: $0, " must be an object") }
    static let names = [("table", "table"), ("id", "id")].flatMap { member, title in
        let rest = member == "table" ? #""id":"1""# : #""table":"t""#
        return (badNames + notStrings + [#""""#, "null"]).map {
            Refusal(
                change: #"{"op":"insert",\#(rest),"\#(member)":\#($0)}"#, "\(title) must be a non-empty string \(name)")
        } + [Refusal(change: #"{"op":"insert",\#(rest)}"#, "\(title) must be a non-empty string \(name)")]
    }
    static let optionalNames = ["spaceId", "origin"].flatMap { member in
        (badNames + notStrings).map {
            Refusal(
                change: #"{"op":"insert","table":"t","id":"1","\#(member)":\#($0)}"#,
                "\(member) must be a string \(name)")
        }
    }
    static let innerSpaces = badNames.flatMap { bad in
        [
            ("data.spaceId", #""data":{"spaceId":\#(bad)}"#),
            ("fields.spaceId.value", #""fields":{"spaceId":{"value":\#(bad),"at":"2026-01-01T00:00:00Z"}}"#),
        ].map { place, member in
            Refusal(change: #"{"op":"insert","table":"t","id":"1",\#(member)}"#, "\(place) must be a string \(name)")
        }
    }
    static let members: [Refusal] =
        [
            ("op", #""upsert""#), ("op", #""""#), ("op", #""INSERT""#), ("op", "null"), ("op", "1"),
            ("op", #""insert\u0000""#),
        ].map { Refusal(change: #"{"table":"t","id":"1","\#($0)":\#($1)}"#, "op must be insert, update or delete") }
        + [Refusal(change: #"{"table":"t","id":"1"}"#, "op must be insert, update or delete")]
        + [
            #""""#, #""1""#, "1", "{}", #""0198c7d2-0000-7000-8000-00000000000""#,
            #""0198c7d2-0000-7000-8000-0000000000000""#, #""0198c7d2_0000-7000-8000-000000000000""#,
            #""0198c7d2-0000-7000-8000-00000000000g""#, #""{198c7d2-0000-7000-8000-00000000000}""#,
        ].map { Refusal(change: #"{"op":"insert","table":"t","id":"1","eventId":\#($0)}"#, "eventId must be a UUID") }
        + [#""""#, #""yesterday""#, "1767355200", "{}", "false", #""2026-02-30T00:00:00Z""#].map {
            Refusal(
                change: #"{"op":"delete","table":"t","id":"1","deletedAt":\#($0)}"#,
                "deletedAt must be an RFC 3339 timestamp")
        }
        + [#""1""#, "{}", "true", "0.5"].map {
            Refusal(
                change: #"{"op":"insert","table":"t","id":"1","schemaVersion":\#($0)}"#,
                "schemaVersion must be an integer")
        }
        + [#""x""#, "[]", "1", "false"].map {
            Refusal(change: #"{"op":"update","table":"t","id":"1","fields":\#($0)}"#, "fields must be an object")
        }
    static let fieldNames = badNames.map {
        Refusal(
            change: #"{"op":"update","table":"t","id":"1","fields":{"a":{"at":"2026-01-01T00:00:00Z"},\#($0):{}}}"#,
            "fields: the name of field 1 must be a string \(name)")
    }
    static let fields = [
        "{}", "1", "null", #""2026-01-01T00:00:00Z""#, #"{"value":1}"#, #"{"value":1,"updatedAt":null}"#,
        #"{"value":1,"at":1767355200}"#, #"{"value":1,"at":"soon"}"#, #"{"at":""}"#,
        // A timestamp that is there counts, even if a good one is beside it.
        #"{"updatedAt":"soon","at":"2026-01-01T00:00:00Z"}"#, #"{"updatedAt":7,"at":"2026-01-01T00:00:00Z"}"#,
        #"{"at":"2026-01-01T00:00:00Z","at":"soon"}"#,
    ].map {
        Refusal(
            change: #"{"op":"update","table":"t","id":"1","fields":{"a":{"at":"2026-01-01T00:00:00Z"},"b":\#($0)}}"#,
            "fields.b (field 1) must be an object with an RFC 3339 timestamp as updatedAt or at")
    }

    /// A field's name as JSON, and how the path shows it.
    static let paths = [
        (#""title""#, ".title"), (#""due date""#, #"["due date"]"#), (#""a\"b""#, #"["a\"b"]"#), (#""""#, #"[""]"#),
        (#""caf\u00e9\u0007""#, #"["café\u0007"]"#),
        ("\"\(String(repeating: "é", count: 65))\"", "[\"\(String(repeating: "é", count: 64))…\"]"),
    ].map { token, step in
        Refusal(
            change: #"{"op":"update","table":"t","id":"1","fields":{\#(token):{"value":1}}}"#,
            "fields\(step) (field 0) must be an object with an RFC 3339 timestamp as updatedAt or at")
    }

    @Test(
        "Each fault has its code and says where it is",
        arguments: [
            bodies, versions, clients, shapes, names, optionalNames, innerSpaces, members, fieldNames, fields,
            paths,
        ].flatMap { $0 })
    func refusals(_ refusal: Refusal) {
        #expect(SyncPluginTests.refusal(of: refusal.body) == ChangesetError(refusal.code, refusal.detail))
    }

    @Test("Of several faulty changes the first one is told")
    func firstFault() {
        let good = #"{"table":"t","id":"1","op":"insert"}"#
        #expect(
            refusal(of: #"{"changes":[\#(good),\#(good),{"table":"t"},7]}"#)?.detail.hasPrefix("changes[2].id ")
                == true)
    }

    @Test("512 levels are read, 513 are no JSON", arguments: [(509, true), (510, false)])
    func depth(levels: Int, isRead: Bool) {
        // The root, `changes` and the change are three more.
        let value = String(repeating: "[", count: levels) + String(repeating: "]", count: levels)
        let body = #"{"changes":[{"table":"t","id":"1","op":"insert","data":\#(value)}]}"#
        #expect((refusal(of: body) == nil) == isRead)
        if !isRead {
            #expect(refusal(of: body)?.detail == "The body is no valid JSON: too_deep at byte \(55 + 509).")
        }
    }

    @Test(
        "Ill-formed UTF-8 is no JSON, and the offset is that of its first byte",
        arguments: [[0xFF], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xE2, 0x82]] as [[UInt8]])
    func utf8(bytes: [UInt8]) {
        let body = Array(#"{"x":""#.utf8) + bytes + Array(#""}"#.utf8)
        #expect(
            refusal(of: body) == ChangesetError(.invalidJSON, "The body is no valid JSON: invalid_utf8 at byte 6."))
    }

    @Test("No detail holds anything of the body but a good field name")
    func secrecy() {
        let secret = "s3cr3t"
        let faults = [
            #"{"since":"\#(secret)"}"#, #"{"schemaVersion":"\#(secret)"}"#, #"{"\#(secret)":}"#,
            #"{"changes":[{"table":"\#(secret)","id":"\#(secret)","op":"\#(secret)"}]}"#,
            #"{"changes":[{"table":"t","id":"1","op":"update","fields":{"title":"\#(secret)"}}]}"#,
            #"{"changes":[{"table":"t","id":"1","op":"update","fields":{"title":{"at":"\#(secret)"}}}]}"#,
            #"{"changes":[{"table":"t","id":"1","op":"update","fields":{"\#(secret)\u0000":"\#(secret)"}}]}"#,
        ]
        for body in faults {
            let error = refusal(of: body)
            #expect(error != nil && error?.description.contains(secret) == false)
        }
    }
}
