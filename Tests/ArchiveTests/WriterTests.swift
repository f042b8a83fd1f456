import NIOCore
import Testing

@testable import Archive

@Suite("The writer")
struct WriterTests {
    @Test("Writes the records of APPNOTE.TXT 6.3.10, byte by byte")
    func records() throws {
        let expected: [UInt8] =
            [0x50, 0x4B, 3, 4, 20, 0, 0x08, 0x08, 0, 0]  // local header (4.3.7): version 2.0, bits 3 and 11, stored
            + [0x5C, 0x64, 0x5D, 0x58]  // 12:34:56, 2024-02-29
            + [0, 0, 0, 0] + [0, 0, 0, 0] + [0, 0, 0, 0] + [1, 0, 0, 0] + Array("a".utf8)
            + Array("hello".utf8)
            + [0x50, 0x4B, 7, 8, 0x86, 0xA6, 0x10, 0x36, 5, 0, 0, 0, 5, 0, 0, 0]  // descriptor (4.3.9)
            + [0x50, 0x4B, 1, 2, 63, 3, 20, 0, 0x08, 0x08, 0, 0]  // central header (4.3.12), made on Unix
            + [0x5C, 0x64, 0x5D, 0x58] + [0x86, 0xA6, 0x10, 0x36] + [5, 0, 0, 0] + [5, 0, 0, 0]
            + [1, 0, 0, 0, 0, 0, 0, 0, 0, 0] + [0, 0, 0x80, 0x81] + [0, 0, 0, 0] + Array("a".utf8)
            + [0x50, 0x4B, 5, 6, 0, 0, 0, 0, 1, 0, 1, 0, 47, 0, 0, 0, 52, 0, 0, 0, 0, 0]  // end (4.3.16)
        #expect(try archive([File("a", "hello", .stored)]) == expected)
    }

    @Test("Writes zip64 records where numbers do not fit")
    func zip64Records() throws {
        let threshold = Zip64Threshold(size: 5, count: 0xFFFF)
        let bytes = try archive([File("a", "hello", .stored)], threshold: threshold)
        let descriptor: [UInt8] =
            [0x50, 0x4B, 7, 8, 0x86, 0xA6, 0x10, 0x36, 5, 0, 0, 0, 0, 0, 0, 0, 5, 0, 0, 0, 0, 0, 0, 0]
        #expect(Array(bytes[36..<60]) == descriptor)
        let extra: [UInt8] = [1, 0, 16, 0, 5, 0, 0, 0, 0, 0, 0, 0, 5, 0, 0, 0, 0, 0, 0, 0]
        #expect(Array(bytes[107..<127]) == extra)
        let end: [UInt8] =
            [0x50, 0x4B, 6, 6, 44, 0, 0, 0, 0, 0, 0, 0, 63, 3, 45, 0] + [0, 0, 0, 0, 0, 0, 0, 0]
            + [1, 0, 0, 0, 0, 0, 0, 0] + [1, 0, 0, 0, 0, 0, 0, 0] + [67, 0, 0, 0, 0, 0, 0, 0]
            + [60, 0, 0, 0, 0, 0, 0, 0] + [0x50, 0x4B, 6, 7, 0, 0, 0, 0, 127, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0]
        #expect(Array(bytes[127..<203]) == end)
    }

    @Test(
        "Refuses names that a reader would refuse",
        arguments: ["", "/a", "../a", "a/../b", "a//b", "./a", "a\\b", "C:a", "a\0", "a\n", "a/.."])
    func names(name: String) {
        #expect(throws: ArchiveError.self) { try archive([File(name, "")]) }
    }

    @Test("Refuses a second entry of a name")
    func duplicates() {
        #expect(throws: ArchiveError(.duplicateName, "Two entries have the same name.", at: 52)) {
            try archive([File("a", "hello", .stored), File("a", "")])
        }
    }

    @Test("Refuses calls out of order")
    func order() throws {
        var writer = ZipWriter()
        var output = ByteBuffer()
        #expect(throws: ArchiveError.self) { try writer.write(ByteBuffer(string: "a"), into: &output) }
        #expect(throws: ArchiveError.self) { try writer.endEntry(into: &output) }
        try writer.beginEntry("a", modified: .earliest, into: &output)
        #expect(throws: ArchiveError.self) { try writer.beginEntry("b", modified: .earliest, into: &output) }
        #expect(throws: ArchiveError.self) { try writer.finish(into: &output) }
        try writer.endEntry(into: &output)
        try writer.finish(into: &output)
        #expect(throws: ArchiveError.self) { try writer.finish(into: &output) }
        #expect(writer.offset == output.readableBytes)
    }

    @Test("Writes into a buffer that already has bytes, and one that is taken away between calls")
    func buffers() throws {
        var writer = ZipWriter()
        var whole = ByteBuffer()
        for step in 0..<4 {
            var output = ByteBuffer(string: "before")
            switch step {
            case 0: try writer.beginEntry("a", modified: sampleTime, compression: .stored, into: &output)
            case 1: try writer.write(ByteBuffer(string: "hello"), into: &output)
            case 2: try writer.endEntry(into: &output)
            default: try writer.finish(into: &output)
            }
            whole.writeImmutableBuffer(output.getSlice(at: 6, length: output.readableBytes - 6) ?? output)
        }
        #expect(try Array(whole.readableBytesView) == archive([File("a", "hello", .stored)]))
    }

    @Test(
        "States times in steps of two seconds, from 1980 to 2107",
        arguments: [
            (Int64.min, DOSTime.earliest), (315_532_799, DOSTime.earliest), (315_532_800, .earliest),
            (315_532_803, DOSTime(time: 1, date: 0x0021)), (1_709_210_097, DOSTime(time: 0x645C, date: 0x585D)),
            (951_868_799, DOSTime(time: 0xBF7D, date: 0x285D)), (4_354_819_199, .latest), (Int64.max, .latest),
        ] as [(Int64, DOSTime)])
    func times(unixSeconds: Int64, expected: DOSTime) {
        #expect(DOSTime(unixSeconds: unixSeconds) == expected)
    }
}
