import Archive
import HTTPTypes
import Kernel
import ManaFormat
import NIOCore
import Testing

/// A line of `events.jsonl`.
func line(
    _ record: String, eventID: Int, _ members: String = #""op":"insert","data":{}"#, app: String = "todo"
) -> String {
    #"{"eventId":"\#(uuid(eventID))","schemaVersion":1,"appId":"\#(app)","table":"tasks","id":"\#(record)",\#(members),"#
        + #""clientId":"phone","createdAt":"2026-01-02T03:04:05.678901Z"}"#
}

/// An archive with lines and, unless said otherwise, the manifest that goes with them.
func archive(
    _ lines: [String], user: String = "anna", format: Int = 1, count: Int? = nil, digest: String? = nil,
    further: [(name: String, content: String)] = []
) throws -> ByteBuffer {
    let events = lines.map { "\($0)\n" }.joined()
    let hash = try digest ?? SHA256Digest.of(Array(events.utf8)).hexadecimal
    let manifest =
        #"{"formatVersion":\#(format),"schemaVersion":1,"userId":"\#(user)","createdAt":"2026-01-02T03:04:05Z","#
        + #""eventCount":\#(count ?? lines.count),"eventsSha256":"\#(hash)","apps":[\#(apps(of: lines))],"#
        + #""producedBy":"mana-sync","schemaVersionMin":1,"schemaVersionMax":1}"#
    return try zip([("events.jsonl", events)] + further + [("manifest.json", manifest)])
}

private func apps(of lines: [String]) -> String {
    ["notes", "todo"].filter { app in lines.contains { $0.contains(#""appId":"\#(app)""#) } }
        .map { #""\#($0)""# }.joined(separator: ",")
}

private func zip(_ entries: [(name: String, content: String)]) throws -> ByteBuffer {
    var writer = ZipWriter()
    var output = ByteBuffer()
    for entry in entries {
        try writer.beginEntry(entry.name, modified: DOSTime(unixSeconds: 0), compression: .fast, into: &output)
        try writer.write(ByteBuffer(string: entry.content), into: &output)
        try writer.endEntry(into: &output)
    }
    try writer.finish(into: &output)
    return output
}

/// An archive with a further entry of a name that no writer of ours writes.
private func archive(_ lines: [String], renaming name: String) throws -> ByteBuffer {
    let placeholder = String(repeating: "x", count: name.utf8.count)
    var bytes = [UInt8](try archive(lines, further: [(placeholder, "content")]).readableBytesView)
    let wanted = Array(placeholder.utf8)
    for start in 0...(bytes.count - wanted.count) where Array(bytes[start..<(start + wanted.count)]) == wanted {
        bytes.replaceSubrange(start..<(start + wanted.count), with: Array(name.utf8))
    }
    return ByteBuffer(bytes: bytes)
}

/// A body that no server may take in, and what is answered.
struct HostileArchive: CustomTestStringConvertible {
    let testDescription: String
    let status: HTTPResponse.Status
    let code: String
    let body: @Sendable () throws -> ByteBuffer

    init(
        _ description: String, _ status: HTTPResponse.Status = .badRequest, _ code: String = "invalid_archive",
        _ body: @escaping @Sendable () throws -> ByteBuffer
    ) {
        testDescription = description
        self.status = status
        self.code = code
        self.body = body
    }

    private static let good = line("a", eventID: 1)

    static let all: [HostileArchive] = [
        HostileArchive("no bytes") { ByteBuffer() },
        HostileArchive("no zip") { ByteBuffer(string: "events, events, events") },
        HostileArchive("another user's", .forbidden, "foreign_archive") { try archive([good], user: "bert") },
        HostileArchive("a change of another user's", .forbidden, "foreign_archive") {
            try archive([good, line("b", eventID: 2, #""op":"insert","data":{},"userId":"bert""#)])
        },
        HostileArchive("a newer format", .badRequest, "unsupported_version") { try archive([good], format: 2) },
        HostileArchive("a newer schema", .badRequest, "unsupported_version") {
            try archive([good.replacing(#""schemaVersion":1"#, with: #""schemaVersion":2"#)])
        },
        HostileArchive("a wrong count", .badRequest, "content_mismatch") { try archive([good], count: 2) },
        HostileArchive("a wrong hash", .badRequest, "content_mismatch") {
            try archive([good], digest: String(repeating: "0", count: 64))
        },
        HostileArchive("a path that leads outside") { try archive([good], renaming: "../../etc/passwd") },
        HostileArchive("an absolute path") { try archive([good], renaming: "/etc/passwd") },
        HostileArchive("an entry that does not belong there") { try archive([good], further: [("readme", "x")]) },
        HostileArchive("an entry twice") { try archive([good], renaming: "events.jsonl") },
        HostileArchive("no manifest") { try zip([("events.jsonl", "\(good)\n")]) },
        HostileArchive("no events") { try zip([("manifest.json", "{}")]) },
        HostileArchive("a bomb") {
            try archive([
                good, line("b", eventID: 2, #""op":"insert","data":"\#(String(repeating: "0", count: 8 << 20))""#),
            ])
        },
        HostileArchive("a malformed line after a good one") { try archive([good, #"{"eventId":"x"}"#]) },
        HostileArchive("a line that is no JSON") { try archive([good, "no JSON"]) },
        HostileArchive("an event without an id") { try archive([good.replacing("eventId", with: "eventID")]) },
        HostileArchive("a name with U+0000") { try archive([line(#"\u0000"#, eventID: 1)]) },
        HostileArchive("an app that can be none") { try archive([line("a", eventID: 1, app: "../todo")]) },
        HostileArchive("a timestamp that is none") {
            try archive([good, line("b", eventID: 2, #""op":"update","data":{"x":1},"fieldTimestamps":{"x":"soon"}"#)])
        },
        HostileArchive("a deletion at no time") {
            try archive([good, line("b", eventID: 2, #""op":"delete","data":{"deletedAt":"soon"}"#)])
        },
        HostileArchive("a quarantined change without a reason") {
            try archive([good], further: [("quarantine.jsonl", "\(line("q", eventID: 2))\n")])
        },
        HostileArchive("bytes after the end") {
            var whole = try archive([good])
            whole.writeString("more")
            return whole
        },
    ]
}

@Suite("An archive that is not to be trusted")
struct HostileImportTests {
    @Test("is refused whole, with its reason", arguments: HostileArchive.all)
    func refused(hostile: HostileArchive) async throws {
        try await BackupServer.run { server in
            let answer = try await server.restore(try hostile.body())
            #expect(answer.status == hostile.status, "\(answer.text)")
            #expect(answer.text.contains(#""error":"\#(hostile.code)""#), "\(answer.text)")
            #expect(try await server.lines() == [])
        }
    }

    @Test("is refused wherever it is cut off")
    func truncated() async throws {
        try await BackupServer.run { server in
            let whole = try archive((0..<5).map { line("r\($0)", eventID: $0) })
            for length in 0..<whole.readableBytes {
                let answer = try await server.restore(try #require(whole.getSlice(at: 0, length: length)))
                #expect(answer.status == .badRequest, "\(length) bytes")
            }
            #expect(try await server.lines() == [])
            #expect(try await server.restore(whole).status == .ok)
        }
    }

    @Test("is refused wherever a byte of it is another, or says the same")
    func flipped() async throws {
        try await BackupServer.run { server in
            let whole = try archive((0..<3).map { line("r\($0)", eventID: $0) })
            try await server.expectGood(try await server.restore(whole))
            let before = try await server.lines()
            for index in 0..<whole.readableBytes {
                var bytes = [UInt8](whole.readableBytesView)
                bytes[index] ^= 0x41
                let answer = try await server.restore(ByteBuffer(bytes: bytes))
                let isHarmless = answer.text.contains(#""imported":0,"duplicates":3"#)
                #expect(answer.status == .badRequest || answer.status == .forbidden || isHarmless, "byte \(index)")
            }
            #expect(try await server.lines() == before)
        }
    }
}

extension BackupServer {
    fileprivate func expectGood(_ answer: RawAnswer) async throws {
        try #require(answer.status == .ok, "\(answer.text)")
    }
}
