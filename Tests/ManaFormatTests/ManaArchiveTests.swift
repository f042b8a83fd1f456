import Archive
import Domain
import Foundation
import Kernel
import ManaFormat
import NIOCore
import Testing

@Suite("Archives of events")
struct ManaArchiveTests {
    private static let changes: [ArchivedChange] =
        (0..<200).map { index in
            sample(.update) {
                $0.eventID = EventID(high: 7, low: UInt64(index))
                $0.app = AppID(index % 3 == 0 ? "todo" : "Notes").unsafelyUnwrapped
                $0.payload.fields = fields(#"{"n":\#(index)}"#, #"{"n":"2024-01-01T00:00:00Z"}"#)
            }
        } + [
            sample { ($0.eventID, $0.reason) = (nil, .notAMember) }, sample { $0.reason = .eventConflict },
        ]

    @Test("Come back as they were written, in any pieces", arguments: [1, 13, 1000, .max])
    func roundTrip(pieceLength: Int) throws {
        let (changes, manifest) = try read(try archive(Self.changes), pieceLength: pieceLength)
        #expect(changes == Self.changes)
        #expect(manifest?.eventCount == 200)
        #expect(manifest?.apps.map(\.text) == ["Notes", "todo"])
        #expect(manifest?.user == UserID("anna"))
    }

    @Test("Have no quarantine where nothing was rejected, and a manifest also where there is no event")
    func empty() throws {
        let (changes, manifest) = try read(try archive([]))
        #expect(changes == [])
        #expect(manifest?.eventsSHA256 == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
        #expect(manifest?.schemaVersions == 1...1)
        #expect(try entries(of: try archive([])).map(\.name) == ["events.jsonl", "manifest.json"])
    }

    @Test("Hold the manifest that the specification names")
    func manifest() throws {
        let entries = try entries(of: try archive([sample()]))
        #expect(entries.map(\.name) == ["events.jsonl", "manifest.json"])
        let digest = try SHA256Digest.of(Array(eventLine(of: sample()).utf8)).hexadecimal
        let expected = """
            {"formatVersion":1,"schemaVersion":1,"userId":"anna","createdAt":"2026-01-02T03:04:05.000000Z","eventCount":1,\
            "eventsSha256":"\(digest)","apps":["todo"],"producedBy":"mana-sync","schemaVersionMin":1,"schemaVersionMax":1}

            """
        #expect(entries.last?.content == expected)
    }

    @Test("Are written in order")
    func order() throws {
        var writer = try ManaWriter(user: UserID("anna"), createdAt: .epoch)
        var (output, encoder) = (ByteBuffer(), EventLineEncoder())
        encoder.append(sample { $0.reason = .readOnly })
        try writer.appendQuarantined(encoder.takeLines(), into: &output)
        #expect(throws: ArchiveError.self) { try writer.append(encoder.takeLines(), into: &output) }
    }

    @Test("Of the server that this one replaces are read")
    func otherServer() throws {
        let lines = [
            #"{"eventId":"00000000-0000-0001-0000-000000000002","schemaVersion":0,"appId":"todo","table":"t","id":"1","#
                + #""op":"update","data":{"a":1,"b":2},"fieldTimestamps":{"b":"x","c":"y"},"clientId":"c","#
                + #""createdAt":"2026-01-02T03:04:05Z","later":{"added":true}}"#,
            #"{"eventId":"00000000-0000-0001-0000-000000000003","appId":"todo","table":"t","id":"1","op":"delete","#
                + #""data":{"x":1,"deletedAt":"z"},"fieldTimestamps":null,"clientId":"","createdAt":"2026-01-02T03:04:05+01:00"}"#,
        ].joined(separator: "\n")
        let archive = try forge([("events.jsonl", lines), ("manifest.json", Self.manifest(of: lines, count: 2))])
        let changes = try read(archive).changes
        #expect(
            changes.map(\.payload) == [
                Payload(fields: fields(#"{"b":2,"c":null}"#, #"{"b":"x","c":"y"}"#)), Payload(deletedAt: "z"),
            ])
        #expect(changes.map(\.client) == [ClientID("c"), nil])
        #expect(changes.map(\.schemaVersion) == [1, 1])
        #expect(changes[1].createdAt.text == "2026-01-02T02:04:05.000000Z")
    }

    @Test(
        "Are named after their user and their time",
        arguments: [
            ("anna.b_c-1", "mana-backup-anna.b_c-1-20260102-030405.mana"),
            ("", "mana-backup-e3b0c44298fc1c14-20260102-030405.mana"),
            ("../x", "mana-backup-d6b96a97d147daaa-20260102-030405.mana"),
        ])
    func fileName(user: String, expected: String) throws {
        let time = UnixTime(seconds: 1_767_323_045)
        let name = try ManaFileName(user: UserID(user), time: time, format: .mana)
        #expect(name.description == expected)
    }

    /// A manifest that is right for lines of the app `todo`.
    static func manifest(of lines: String, count: Int) throws -> String {
        let digest = try SHA256Digest.of(Array(lines.utf8)).hexadecimal
        return
            #"{"formatVersion":1,"schemaVersion":1,"userId":"anna","createdAt":"2026-01-02T03:04:05Z","eventCount":\#(count),"#
            + #""eventsSha256":"\#(digest)","apps":["todo"],"schemaVersionMin":1,"schemaVersionMax":1}"#
    }
}

/// An archive of any entries.
func forge(_ entries: [(name: String, content: String)]) throws -> ByteBuffer {
    var writer = ZipWriter()
    var output = ByteBuffer()
    for (name, content) in entries {
        try writer.beginEntry(name, modified: .earliest, into: &output)
        try writer.write(ByteBuffer(string: content), into: &output)
        try writer.endEntry(into: &output)
    }
    try writer.finish(into: &output)
    return output
}

/// The entries of an archive.
func entries(of archive: ByteBuffer) throws -> [(name: String, content: String)] {
    var reader = ZipReader()
    reader.append(archive)
    var entries: [(name: String, content: String)] = []
    while let event = try reader.next() {
        switch event {
        case .entry(let entry): entries.append((entry.name, ""))
        case .content(let content): entries[entries.count - 1].content += String(buffer: content)
        default: break
        }
    }
    return entries
}
