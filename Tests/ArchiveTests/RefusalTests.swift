import Testing

@testable import Archive

@Suite("What a reader refuses")
struct RefusalTests {
    struct Case: Sendable, CustomStringConvertible {
        let description: String
        let code: ArchiveError.Code
        let offset: UInt64
        let bytes: [UInt8]

        init(_ description: String, _ code: ArchiveError.Code, at offset: UInt64, _ forge: Forge) {
            self.description = description
            self.code = code
            self.offset = offset
            bytes = forge.bytes
        }
    }

    @Test("An untouched forgery is read")
    func forge() throws {
        #expect(try files(in: Forge().bytes) == [File("a", "hello")])
    }

    @Test("Each with its code and its place", arguments: entryCases + nameCases + directoryCases + extraCases)
    func refused(refused: Case) throws {
        let error = try #require(refusal(of: refused.bytes))
        #expect(error.code == refused.code, "\(error)")
        #expect(error.offset == refused.offset, "\(error)")
    }

    static let entryCases: [Case] = [
        Case("leading bytes", .notAnArchive, at: 0, .archive { $0.prefix = Array("MZ..".utf8) }),
        Case("a spanning marker", .notAnArchive, at: 0, .archive { $0.prefix = [0x50, 0x4B, 0x30, 0x30] }),
        Case("encryption", .encrypted, at: 0, .entry { $0.flags = 1 << 0 }),
        Case("strong encryption", .encrypted, at: 0, .entry { $0.flags = 1 << 6 }),
        Case("a masked header", .encrypted, at: 0, .entry { $0.flags = 1 << 13 }),
        Case("patch data", .unsupported, at: 0, .entry { $0.flags = 1 << 5 }),
        Case("a newer version", .unsupported, at: 0, .entry { $0.version = 46 }),
        Case("deflate64", .unsupported, at: 0, .entry { $0.method = 9 }),
        Case("a wrong checksum", .checksumMismatch, at: 0, .entry { $0.crc32 ^= 1 }),
        Case(
            "a size that is too small", .sizeMismatch, at: 0,
            .entry {
                $0.size = 4
                $0.centralSize = 4
            }),
        Case("a compressed size that is too small", .unexpectedRecord, at: 36, .entry { $0.data.append(0) }),
        Case("no deflate stream", .damagedData, at: 31, .entry { $0.method = 8 }),
        Case(
            "deflate data that go on", .sizeMismatch, at: 36,
            .entry {
                $0.method = 8
                $0.data = [0, 5, 0, 0xFA, 0xFF]
            }),
        Case(
            "deflate data that end early", .sizeMismatch, at: 0,
            .entry {
                $0.method = 8
                $0.data = [3, 0, 0, 0, 0]
            }),
        Case(
            "a descriptor with another checksum", .checksumMismatch, at: 36,
            .entry {
                $0.flags = 1 << 3
                $0.trailer = little(Signature.dataDescriptor) + little(1 as UInt32) + [5, 0, 0, 0, 5, 0, 0, 0]
            }),
        Case(
            "a descriptor with another size", .sizeMismatch, at: 36,
            .entry {
                $0.flags = 1 << 3
                $0.trailer = little(Signature.dataDescriptor) + little($0.crc32) + [5, 0, 0, 0, 6, 0, 0, 0]
            }),
        Case(
            "a header that contradicts its descriptor", .checksumMismatch, at: 0,
            .entry {
                $0.flags = 1 << 3
                $0.trailer = little(Signature.dataDescriptor) + little($0.crc32) + [5, 0, 0, 0, 5, 0, 0, 0]
                $0.crc32 ^= 1
            }),
        Case("a directory with content", .unsupported, at: 0, .entry("a/")),
    ]

    static let nameCases: [Case] =
        [
            "", "/etc/passwd", "..", "../a", "a/../../b", "a/..", "./a", "a/./b", "a//b", "/", "a//", "..\\a", "C:a",
            "C:\\a", "a\0b", "a\nb", "a\u{7F}", "\\\\host\\a", "a:b",
        ].map { Case("the name \($0.debugDescription)", .unsafeName, at: 0, .entry($0)) } + [
            Case("a name that is not UTF-8", .unsafeName, at: 0, .entry { ($0.name, $0.flags) = ([0xFF], 1 << 11) }),
            Case("a name beyond ASCII without its flag", .unsafeName, at: 0, .entry("ä")),
            Case("an overlong name", .nameTooLong, at: 0, .entry(String(repeating: "a", count: 513))),
            Case("a name twice", .duplicateName, at: 36, .archive { $0.entries = [Forge.Entry(), Forge.Entry()] }),
            Case(
                "a file and a directory of a name", .duplicateName, at: 36,
                .archive { $0.entries = [Forge.Entry(), Forge.Entry("a/", "")] }),
        ]

    static let directoryCases: [Case] = [
        Case("trailing bytes", .trailingBytes, at: 105, .archive { $0.suffix = [0] }),
        Case("a second archive behind it", .trailingBytes, at: 105, .archive { $0.suffix = Forge().bytes }),
        Case("bytes before the directory", .unexpectedRecord, at: 36, .archive { $0.gap = [0, 0, 0, 0] }),
        Case("bytes within the directory", .unexpectedRecord, at: 83, .archive { $0.directoryTail = [0, 0, 0, 0] }),
        Case("an entry that is not listed", .directoryMismatch, at: 36, .entry { $0.isListed = false }),
        Case("a place that is wrong", .directoryMismatch, at: 36, .entry { $0.shift = 1 }),
        Case(
            "two headers for one entry", .directoryMismatch, at: 119,
            .archive {
                $0.entries = [Forge.Entry(), Forge.Entry("b")]
                $0.entries[1].shift = -36
                $0.entries[1].centralName = Array("a".utf8)
            }),
        Case("another name", .directoryMismatch, at: 36, .entry { $0.centralName = Array("b".utf8) }),
        Case("an unsafe name in the directory", .unsafeName, at: 36, .entry { $0.centralName = Array("..".utf8) }),
        Case("another checksum", .directoryMismatch, at: 36, .entry { $0.centralCRC32 ^= 1 }),
        Case("another size", .directoryMismatch, at: 36, .entry { $0.centralSize += 1 }),
        Case("another compressed size", .directoryMismatch, at: 36, .entry { $0.centralCompressedSize += 1 }),
        Case("another method", .directoryMismatch, at: 36, .entry { $0.centralMethod = 8 }),
        Case("other flags", .directoryMismatch, at: 36, .entry { $0.centralFlags = 1 << 11 }),
        Case("encryption in the directory only", .encrypted, at: 36, .entry { $0.centralFlags = 1 }),
        Case("a symbolic link", .unsupported, at: 36, .entry { $0.attributes = 0o120777 << 16 }),
        Case("a second disk", .unsupported, at: 36, .entry { $0.disk = 1 }),
        Case("a second disk at the end", .unsupported, at: 83, .archive { $0.disk = 1 }),
        Case("another number of entries", .directoryMismatch, at: 83, .archive { $0.count = 2 }),
        Case("all ones without zip64", .directoryMismatch, at: 83, .archive { $0.count = .max }),
        Case("another size of the directory", .directoryMismatch, at: 83, .archive { $0.directorySize = 48 }),
        Case("another place of the directory", .directoryMismatch, at: 83, .archive { $0.directoryOffset = 0 }),
        Case(
            "a zip64 end of another version", .unsupported, at: 83,
            .archive { $0.directoryTail = zip64End(recordSize: 45) }),
        Case(
            "a zip64 end that contradicts", .directoryMismatch, at: 83,
            .archive { $0.directoryTail = zip64End(count: 2) }),
        Case(
            "a zip64 end without its locator", .unexpectedRecord, at: 139, .archive { $0.directoryTail = zip64End() }),
        Case(
            "a locator that points elsewhere", .directoryMismatch, at: 139,
            .archive { $0.directoryTail = zip64End() + zip64Locator(at: 82) }),
        Case(
            "a locator alone", .unexpectedRecord, at: 83, .archive { $0.directoryTail = zip64Locator(at: 83) }),
        Case(
            "an end that contradicts its zip64 end", .directoryMismatch, at: 159,
            .archive {
                $0.directoryTail = zip64End() + zip64Locator(at: 83)
                $0.count = 2
            }),
    ]

    static let extraCases: [Case] = [
        Case("an extra field that is cut off", .invalidExtraField, at: 0, .entry { $0.localExtra = [1, 0, 9, 0, 1] }),
        Case("a piece of an extra field", .invalidExtraField, at: 36, .entry { $0.centralExtra = [1] }),
        Case(
            "a zip64 field of one size", .invalidExtraField, at: 0,
            .entry { $0.localExtra = little(0x0008_0001 as UInt32) + little(5 as UInt64) }),
        Case(
            "a zip64 field that contradicts", .invalidExtraField, at: 0,
            .entry { $0.localExtra = little(0x0010_0001 as UInt32) + little(5 as UInt64) + little(6 as UInt64) }),
        Case(
            "a zip64 field twice", .invalidExtraField, at: 0,
            .entry { $0.localExtra = zip64Field(5, 5) + zip64Field(5, 5) }),
        Case(
            "a zip64 field that lacks a number", .invalidExtraField, at: 36,
            .entry {
                $0.centralExtra = zip64Field(5)
                ($0.centralSize, $0.centralCompressedSize) = (.max, .max)
            }),
        Case(
            "a zip64 field that nothing refers to", .invalidExtraField, at: 36,
            .entry { $0.centralExtra = zip64Field(5) }),
        Case(
            "a Unicode path that is another", .invalidExtraField, at: 0,
            .entry { $0.localExtra = little(0x0006_7075 as UInt32) + [1, 0, 0, 0, 0] + Array("b".utf8) }),
    ]

    static func zip64Field(_ values: UInt64...) -> [UInt8] {
        little(1 as UInt16) + little(UInt16(8 * values.count)) + values.flatMap { little($0) }
    }

    static func zip64End(recordSize: UInt64 = 44, count: UInt64 = 1) -> [UInt8] {
        little(Signature.zip64End) + little(recordSize) + [45, 0, 45, 0] + little(0 as UInt64) + little(count)
            + little(count) + little(47 as UInt64) + little(36 as UInt64)
    }

    static func zip64Locator(at offset: UInt64) -> [UInt8] {
        little(Signature.zip64Locator) + little(0 as UInt32) + little(offset) + little(1 as UInt32)
    }
}
