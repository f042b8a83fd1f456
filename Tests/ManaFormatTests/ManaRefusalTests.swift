import Archive
import Domain
import Kernel
import ManaFormat
import NIOCore
import Testing

@Suite("Archives of events that are refused")
struct ManaRefusalTests {
    private static let good = eventLine(of: sample())

    private static func archive(_ lines: String, _ change: (String) -> String = { $0 }) throws -> ByteBuffer {
        let manifest = try ManaArchiveTests.manifest(of: lines, count: 1)
        return try forge([("events.jsonl", lines), ("manifest.json", change(manifest))])
    }

    @Test(
        "For a line",
        arguments: [
            ("\n", ManaError.Code.invalidArchive), ("[]\n", .invalidArchive), ("{}\n", .invalidArchive),
            (good + "\n", .invalidArchive), (String(good.dropLast(2)), .invalidArchive),
            (good.replacing("insert", with: "upsert"), .invalidArchive),
            (good.replacing("todo", with: ".."), .invalidArchive), (good.replacing("tasks", with: ""), .invalidArchive),
            (good.replacing("r1", with: #"\ud800"#), .invalidArchive),
            (good.replacing("r1", with: #"\u0000"#), .invalidArchive),
            (good.replacing("r1", with: String(repeating: "r", count: 513)), .invalidArchive),
            (good.replacing("00000000-", with: "0000000-"), .invalidArchive),
            (good.replacing(#""eventId""#, with: #""id2""#), .invalidArchive),
            (good.replacing("2026-01-02T", with: "2026-13-02T"), .invalidArchive),
            (good.replacing(#""schemaVersion":1"#, with: #""schemaVersion":2"#), .unsupportedVersion),
            (good.replacing(#""schemaVersion":1"#, with: #""schemaVersion":"1""#), .invalidArchive),
            (good.replacing("{", with: #"{"table":"x","#), .invalidArchive),
            (good.replacing("}", with: #","payload":["later"]}"#), .invalidArchive),
            (good.replacing("}", with: #","payload":{}}"#), .invalidArchive),
            (good.replacing("}", with: #","payload":["fields"],"fieldTimestamps":[]}"#), .invalidArchive),
            (good.replacing("}", with: #","payload":["fields"],"fieldTimestamps":{"a":1}}"#), .invalidArchive),
        ])
    func line(text: String, code: ManaError.Code) throws {
        let error = try #require(refusal(of: try Self.archive(text)))
        #expect(error.code == code, "\(error)")
        let isSecond = text.hasPrefix(Self.good)
        #expect(error.place == .line(isSecond ? 2 : 1, of: .events), "\(error)")
    }

    @Test(
        "For a manifest",
        arguments: [
            ("{", "[", ManaError.Code.invalidArchive),
            (#"formatVersion":1"#, #"formatVersion":2"#, .unsupportedVersion),
            (#"formatVersion":1"#, #"formatVersion":"1""#, .invalidArchive),
            (#"schemaVersionMax":1"#, #"schemaVersionMax":2"#, .unsupportedVersion),
            (#"schemaVersionMin":1"#, #"schemaVersionMin":2"#, .invalidArchive),
            (#"eventCount":1"#, #"eventCount":2"#, .contentMismatch),
            (#"eventCount":1"#, #"eventCount":-1"#, .invalidArchive),
            (#"eventsSha256":""#, #"eventsSha256":"0"#, .contentMismatch), (#"["todo"]"#, "[]", .contentMismatch),
            (#"["todo"]"#, #"["todo","../x"]"#, .invalidArchive), (#""userId""#, #""user""#, .invalidArchive),
            (#""createdAt""#, #""at""#, .invalidArchive), ("{", #"{"userId":"eve","#, .invalidArchive),
        ])
    func manifest(part: String, replacement: String, code: ManaError.Code) throws {
        let error = try #require(refusal(of: try Self.archive(Self.good) { $0.replacing(part, with: replacement) }))
        #expect(error.code == code, "\(error)")
        #expect(error.place == .entry(.manifest))
    }

    @Test("For what it lacks or has too much")
    func entries() throws {
        let events = (name: "events.jsonl", content: Self.good)
        let manifest = (name: "manifest.json", content: try ManaArchiveTests.manifest(of: Self.good, count: 1))
        #expect(refusal(of: try forge([manifest, events])) == nil)
        #expect(refusal(of: try forge([events]))?.place == .archive)
        #expect(refusal(of: try forge([manifest]))?.place == .archive)
        #expect(refusal(of: try forge([events, manifest, ("notes.txt", "")]))?.code == .invalidArchive)
        #expect(refusal(of: try forge([events, manifest, ("d/events.jsonl", "")]))?.code == .invalidArchive)
        #expect(refusal(of: try forge([("EVENTS.JSONL", "")]))?.code == .invalidArchive)
    }

    @Test("For an event in the quarantine that has no reason")
    func quarantine() throws {
        let manifest = try ManaArchiveTests.manifest(of: Self.good, count: 1)
        let archive = try forge([
            ("events.jsonl", Self.good), ("quarantine.jsonl", Self.good), ("manifest.json", manifest),
        ])
        #expect(refusal(of: archive)?.place == .line(1, of: .quarantine))
    }

    @Test("For the archive's own faults, with what they are and where")
    func archiveFault() throws {
        let whole = try ManaFormatTests.archive([sample()])
        for length in 0..<whole.readableBytes {
            let cut = try #require(whole.getSlice(at: 0, length: length))
            let error = try #require(refusal(of: cut))
            #expect(error.code == .invalidArchive)
            #expect(error.cause?.code == .truncated)
            #expect(error.place == .byte(UInt64(length)))
        }
    }

    @Test("For a line that is too long, before it is whole", arguments: [good, String(repeating: "x", count: 300_000)])
    func lineLength(text: String) throws {
        let error = try #require(refusal(of: try Self.archive(text), limits: ManaLimits(lineLength: 100)))
        #expect(error.message == "The line is longer than 100 bytes.")
        #expect(error.place == .line(1, of: .events))
    }

    @Test("For a bomb")
    func bomb() throws {
        let lines = String(repeating: " ", count: 3_000_000)
        #expect(refusal(of: try Self.archive(lines))?.cause?.code == .ratioTooHigh)
    }
}
