import NIOCore
import Testing

@testable import Archive

@Suite("Limits of a reader")
struct LimitTests {
    private static let zeros = File("zeros", repeatElement(0, count: 3_000_000))

    @Test("An entry that inflates beyond the ratio is refused before it is whole")
    func ratio() throws {
        let bytes = try archive([Self.zeros])
        let error = try #require(refusal(of: bytes))
        #expect(error.code == .ratioTooHigh)
        #expect(error.offset < bytes.count / 2)
        #expect(try files(in: bytes, limits: ZipLimits(ratio: 1032)) == [Self.zeros])
        #expect(try files(in: bytes, limits: ZipLimits(ratioFreeSize: 3_000_000)) == [Self.zeros])
    }

    @Test("An entry that is too large is refused", arguments: [ZipCompression.stored, .fast])
    func entrySize(compression: ZipCompression) throws {
        let bytes = try archive([File("a", repeatElement(1, count: 100_000), compression)])
        #expect(refusal(of: bytes, limits: ZipLimits(entrySize: 99_999))?.code == .entryTooLarge)
        #expect(refusal(of: bytes, limits: ZipLimits(entrySize: 100_000)) == nil)
    }

    @Test("Entries that are too large together are refused")
    func totalSize() throws {
        let bytes = try archive([File("a", "12345"), File("b", "12345")])
        #expect(refusal(of: bytes, limits: ZipLimits(totalSize: 9))?.code == .archiveTooLarge)
        #expect(refusal(of: bytes, limits: ZipLimits(totalSize: 10)) == nil)
    }

    @Test("Too many entries are refused")
    func entries() throws {
        let bytes = try archive([File("a", ""), File("b", "")])
        #expect(refusal(of: bytes, limits: ZipLimits(entries: 1))?.code == .tooManyEntries)
        #expect(refusal(of: bytes, limits: ZipLimits(entries: 2)) == nil)
    }

    @Test("A name that is too long is refused before it is there")
    func nameLength() throws {
        let bytes = try archive([File("abc", "")])
        #expect(refusal(of: bytes, limits: ZipLimits(nameLength: 3)) == nil)
        #expect(refusal(of: Array(bytes[..<30]), limits: ZipLimits(nameLength: 2))?.code == .nameTooLong)
    }

    @Test(
        "Content comes in pieces of 64 KiB at most, however it is compressed",
        arguments: [ZipCompression.stored, .fast])
    func pieces(compression: ZipCompression) throws {
        var reader = ZipReader()
        reader.append(ByteBuffer(bytes: try archive([File("a", repeatElement(9, count: 300_000), compression)])))
        var total = 0
        while let event = try reader.next() {
            guard case .content(let content) = event else { continue }
            #expect((1...64 << 10).contains(content.readableBytes))
            total += content.readableBytes
        }
        #expect(total == 300_000)
    }

    @Test("Bytes that are never inflated are not kept")
    func memory() throws {
        var writer = ZipWriter()
        var reader = ZipReader(limits: ZipLimits(ratio: 1032))
        var output = ByteBuffer()
        let piece = ByteBuffer(repeating: 7, count: 1 << 20)
        var read = 0
        try writer.beginEntry("large", modified: sampleTime, compression: .fast, into: &output)
        for _ in 0..<64 {
            try writer.write(piece, into: &output)
            #expect(output.readableBytes < 1 << 20)
            reader.append(output)
            output = ByteBuffer()
            while let event = try reader.next() {
                if case .content(let content) = event { read += content.readableBytes }
            }
        }
        #expect(read > 60 << 20)
    }
}
