import Archive
import Domain
import Kernel
import NIOCore
import Testing

@testable import ManaFormat

@Suite("A bundle")
struct BundleTests {
    private func text(_ text: String) -> LogValue { .text(ByteBuffer(string: text)) }

    private func uuid(_ number: UInt64) -> LogValue {
        var bytes = ByteBuffer()
        bytes.writeInteger(number)
        bytes.writeInteger(~number)
        return .bytes(bytes)
    }

    /// A change of which all that may be null is, or nothing is.
    private func change(_ number: UInt64, app: String = "todo", data: String = "{}", isFull: Bool = true) -> LogRecord {
        let optional = { (value: LogValue) -> LogValue in isFull ? value : .null }
        return LogRecord([
            uuid(number), .integer(1), text(app), text("tasks"), text("r\u{0}\"\\\u{1F}ä🎉"), text("insert"),
            optional(text(data)), text("{}"), optional(text("{\"a\":1}")), optional(text("2026-01-01T00:00:00Z")),
            optional(.integer(5)), text(""), optional(text("c1")), .integer(1_767_225_600_000_001), optional(text("s")),
            optional(text("null")), optional(text("")), text("anna"),
        ])
    }

    private func quarantined(_ number: UInt64) -> LogRecord {
        LogRecord([
            .null, .integer(3), text("todo"), text("t"), text("r"), text("delete"), .null, text("{}"), .null, .null,
            .integer(4), text("c"), .integer(-1), .null, .null, .null, text("bert"), text("read_only"), uuid(number),
            .null,
        ])
    }

    private let ledger = ErasureLedger(secret: [UInt8](0..<32), entries: [])

    private func bundle(
        _ changes: [LogRecord], _ quarantine: [LogRecord] = [], ledger: ErasureLedger? = nil
    ) throws -> (ByteBuffer, BundleManifest) {
        var writer = BundleWriter(createdAt: UnixTime(seconds: 1_767_225_600))
        var output = ByteBuffer()
        for change in changes { try writer.append([change], of: .changes, into: &output) }
        if !quarantine.isEmpty { try writer.append(quarantine, of: .quarantine, into: &output) }
        let clock = Cursor(UnixTime(microseconds: 1_767_225_600_000_009))
        let manifest = try writer.finish(clock: clock, ledger: ledger, into: &output)
        return (output, manifest)
    }

    private func read(
        _ bytes: ByteBuffer, piece: Int = 1 << 20
    ) throws -> (records: [LogTable: [LogRecord]], manifest: BundleManifest?, ledger: ErasureLedger?) {
        var reader = try BundleReader()
        var bytes = bytes
        var records: [LogTable: [LogRecord]] = [:]
        var end: (BundleManifest, ErasureLedger?)?
        while let chunk = bytes.readSlice(length: min(piece, bytes.readableBytes)), chunk.readableBytes > 0 {
            reader.append(chunk)
            while let event = try reader.next() {
                switch event {
                case .record(let table, let record): records[table, default: []].append(record)
                case .end(let manifest, let ledger): end = (manifest, ledger)
                }
            }
        }
        try reader.endOfInput()
        return (records, end?.0, end?.1)
    }

    @Test("gives back every row as it was, in whatever pieces it comes", arguments: [1, 7, 100, 1 << 20])
    func roundTrip(piece: Int) throws {
        let changes = [
            change(1), change(2, isFull: false), change(3, app: "notes", data: "{\n \"a\" : [1.0e5, \"\\ud800\"]\r\n}"),
            change(4, data: "  7 "), change(5, data: "not json at all"), change(6, data: ""),
        ]
        let (bytes, manifest) = try bundle(changes, [quarantined(9)], ledger: ledger)
        let found = try read(bytes, piece: piece)
        #expect(found.records[.changes] == changes)
        #expect(found.records[.quarantine] == [quarantined(9)])
        #expect(found.manifest == manifest)
        #expect(found.ledger == ledger)
        #expect(manifest.rowCounts == ["todo": 5, "notes": 1])
        #expect(
            manifest.entries.map(\.name) == [
                "events.jsonl", "quarantine.jsonl", "memberships.jsonl", "grants.jsonl", "inheritance.jsonl",
                "inherited.jsonl", "erasures.json",
            ])
    }

    @Test("has who is in which space")
    func spaces() throws {
        let place = LogValue.integer(1_767_225_600_000_001)
        let rows: [(LogTable, LogRecord)] = [
            (.memberships, LogRecord([text("anna"), .integer(-5)])),
            (.grants, LogRecord([text("anna"), text("s"), place, place, .integer(1)])),
            (.grants, LogRecord([text("anna"), text("t"), place, place, .integer(0)])),
            (.grants, LogRecord([text("bert"), text("s"), place, place, .null])),
            (.inheritance, LogRecord([text("anna"), text("s"), text("todo"), .null, .integer(0)])),
            (.inheritance, LogRecord([text("anna"), text("s"), text("notes"), uuid(1), .integer(1)])),
            (.inherited, LogRecord([text("anna"), text("s"), text("todo"), place, uuid(1)])),
        ]
        var writer = BundleWriter(createdAt: UnixTime(seconds: 1))
        var output = ByteBuffer()
        for (table, row) in rows { try writer.append([row], of: table, into: &output) }
        _ = try writer.finish(clock: .beginning, ledger: nil, into: &output)
        let found = try read(output, piece: 50).records
        for table in LogTable.allCases { #expect(found[table] ?? [] == rows.filter { $0.0 == table }.map(\.1)) }
    }

    @Test("whose grants do not tell who may write is read: of those that is not known")
    func grantsWithoutAccess() throws {
        let line =
            #"{"userId":"anna","spaceId":"s","joinedAt":"2026-01-01T00:00:00.000001Z","inheritedTo":"2026-01-01T00:00:00Z"}"#
        let record = try RecordLine(of: .grants).record(of: ByteBuffer(string: line))
        #expect(record.values[try #require(LogTable.grants.index(of: "mayWrite"))] == .null)
    }

    /// A bundle of some entries, which says that it is of a version.
    private func bundle(version: Int, _ names: [String]) throws -> ByteBuffer {
        var zip = ZipWriter()
        var output = ByteBuffer()
        var line = ByteBuffer()
        RecordLine(of: .changes).write(change(1), into: &line)
        var manifest = BundleManifest(
            createdAt: UnixTime(seconds: 1), clock: .beginning, rowCounts: ["todo": 1], entries: [])
        manifest.formatVersion = version
        for name in names {
            let content = name == "events.jsonl" ? line : ByteBuffer()
            try zip.beginEntry(name, modified: DOSTime(unixSeconds: 1), compression: .fast, into: &output)
            try zip.write(content, into: &output)
            try zip.endEntry(into: &output)
            manifest.entries.append(
                BundleManifest.Entry(
                    name: name, rows: content.readableBytes > 0 ? 1 : 0, bytes: Int64(content.readableBytes),
                    sha256: try SHA256Digest.of(Array(content.readableBytesView)).hexadecimal))
        }
        try zip.beginEntry("manifest.json", modified: DOSTime(unixSeconds: 1), compression: .fast, into: &output)
        try zip.write(ByteBuffer(bytes: manifest.json), into: &output)
        try zip.endEntry(into: &output)
        try zip.finish(into: &output)
        return output
    }

    @Test(
        "of the first version, without spaces, is read; one that lacks an entry of its version, or is of a later one, is refused"
    )
    func versions() throws {
        let first = ["events.jsonl", "quarantine.jsonl", "erasures.json"]
        let found = try read(try bundle(version: 1, first))
        #expect(found.records == [.changes: [change(1)]] && found.manifest?.formatVersion == 1)
        let second = BundleEntry.names(inVersion: 2)
        #expect(try read(try bundle(version: 2, second)).records == found.records)
        for (version, names) in [
            (2, first), (1, second), (1, ["events.jsonl", "erasures.json"]), (3, second), (0, first),
        ] {
            let bundle = try bundle(version: version, names)
            #expect(throws: ManaError.self, "\(version) \(names)") { try read(bundle) }
        }
    }

    @Test("of an empty log is a bundle too")
    func empty() throws {
        let (bytes, manifest) = try bundle([])
        let found = try read(bytes)
        #expect(found.manifest == manifest && found.records.isEmpty && found.ledger == nil)
    }

    @Test("is refused wherever it is cut off or a bit of it is turned")
    func damage() throws {
        let (bytes, _) = try bundle([change(1), change(2)], [quarantined(1)], ledger: ledger)
        var survivors = 0
        for index in stride(from: 0, to: bytes.readableBytes, by: 5) {
            var damaged = bytes
            let byte = bytes.getInteger(at: index, as: UInt8.self) ?? 0
            damaged.setInteger(byte ^ 0x10, at: index)
            // A time, an attribute or a version of the central directory may say anything: the content is the same then.
            if let found = try? read(damaged), found.records[.changes] == [change(1), change(2)] { survivors += 1 }
            var cut = bytes
            cut.moveWriterIndex(to: index)
            #expect(throws: (any Error).self) { try read(cut) }
            if let found = try? read(damaged) { #expect(found.records[.changes] == [change(1), change(2)]) }
        }
        #expect(survivors < bytes.readableBytes / 50)
    }

    @Test("of one user is refused: it is no backup of the log")
    func oneUser() throws {
        var writer = try ManaWriter(user: UserID("anna"), createdAt: UnixTime(seconds: 1))
        var output = ByteBuffer()
        _ = try writer.finish(into: &output)
        #expect(throws: ManaError.self) { try read(output) }
    }

    @Test("its tables have one order")
    func order() throws {
        var writer = BundleWriter(createdAt: UnixTime(seconds: 1))
        var output = ByteBuffer()
        try writer.append([quarantined(1)], of: .quarantine, into: &output)
        do {
            try writer.append([change(1)], of: .changes, into: &output)
            Issue.record("an earlier table was taken")
        } catch {}
    }

    @Test(
        "a line without what a column must be is refused",
        arguments: [
            #"{}"#, #"{"eventId":"x"}"#, #"[]"#, #"{"eventId":1}"#, "", #"{"eventId":null}"#,
        ])
    func lines(line: String) {
        #expect(throws: LineError.self) { try RecordLine(of: .changes).record(of: ByteBuffer(string: line)) }
    }
}
