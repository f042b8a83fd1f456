import NIOCore
import Testing

@testable import Archive

@Suite("What was written is read")
struct RoundTripTests {
    /// Zip64 from small numbers on, so that every kind of number gets there.
    static let thresholds = [
        Zip64Threshold(), Zip64Threshold(size: 1, count: 1), Zip64Threshold(size: 100, count: 3),
        Zip64Threshold(size: 60_000, count: 0xFFFF),
    ]

    @Test("Samples, with and without zip64", arguments: thresholds)
    func samples(threshold: Zip64Threshold) throws {
        let bytes = try archive(File.samples, threshold: threshold)
        #expect(try files(in: bytes, threshold: threshold) == File.samples)
    }

    @Test("Random files in random pieces", arguments: 1...60 as ClosedRange<UInt64>)
    func random(seed: UInt64) throws {
        var generator = SeededGenerator(state: seed)
        let threshold = Self.thresholds.randomElement(using: &generator) ?? Zip64Threshold()
        let expected = Self.randomFiles(&generator)
        let written = try archive(expected, threshold: threshold) { Int.random(in: 1...5000, using: &generator) }
        let longest = [1, 7, 300, 100_000].randomElement(using: &generator) ?? 1
        let read = try files(in: written, threshold: threshold) { Int.random(in: 1...longest, using: &generator) }
        #expect(read == expected)
    }

    @Test("Byte by byte")
    func singleBytes() throws {
        let expected = [File("a", "PK\u{7}\u{8}PK", .stored), File("b", "bbbbbbbbbbbbbbbbbb"), File("c", "", .stored)]
        #expect(try files(in: try archive(expected), pieceLength: { 1 }) == expected)
    }

    @Test("An archive without entries")
    func empty() throws {
        #expect(try archive([]).count == 22)
        #expect(try files(in: try archive([])) == [])
    }

    @Test("The same calls give the same bytes, however the content is cut")
    func determinism() throws {
        let whole = try archive(File.samples)
        #expect(try archive(File.samples, pieceLength: { 977 }) == whole)
    }

    @Test("Events come in order, with what is known at each")
    func events() throws {
        var reader = ZipReader()
        reader.append(ByteBuffer(bytes: try archive([File("a", "hello", .stored)])))
        let entry = ZipEntry(name: "a", method: .stored, modified: sampleTime, offset: 0)
        #expect(try reader.next() == .entry(entry))
        #expect(try reader.next() == .content(ByteBuffer(string: "hello")))
        let descriptor = DataDescriptor(crc32: 0x3610_A686, compressedSize: 5, size: 5)
        #expect(try reader.next() == .endOfEntry(ZipEntrySummary(name: "a", descriptor)))
        #expect(try reader.next() == .endOfArchive(entries: 1))
        #expect(try reader.next() == nil)
        try reader.endOfInput()
    }

    private static func randomFiles(_ generator: inout SeededGenerator) -> [File] {
        (0..<Int.random(in: 0...6, using: &generator)).map { index in
            let count = [0, 1, 40, 3000, 200_000].randomElement(using: &generator) ?? 0
            let alphabet = [2, 16, 256].randomElement(using: &generator) ?? 2
            // Of letters that begin signatures, and of any.
            let letters = [0x50, 0x4B, 0x07, 0x08] + (0..<252).map { UInt8(truncatingIfNeeded: $0 * 37) }
            let content = (0..<count).map { _ in letters[Int.random(in: 0..<alphabet, using: &generator)] }
            let compressions: [ZipCompression] = [.stored, .fast, .dense, .deflated(level: 9)]
            return File("f\(index)", content, compressions.randomElement(using: &generator) ?? .stored)
        }
    }
}
