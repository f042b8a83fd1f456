import Testing

@testable import Archive

@Suite("Damage")
struct DamageTests {
    private static let files = [
        File("events.jsonl", #"{"id":"one"}"# + "\n" + #"{"id":"one"}"# + "\n"), File("manifest.json", "{}", .stored),
    ]

    @Test("An archive that is cut is refused, wherever", arguments: RoundTripTests.thresholds)
    func truncation(threshold: Zip64Threshold) throws {
        let whole = try archive(Self.files, threshold: threshold)
        for length in whole.indices {
            let error = refusal(of: Array(whole[..<length]), threshold: threshold)
            #expect(error?.code == .truncated, "cut to \(length) bytes: \(String(describing: error))")
            #expect(error?.offset == UInt64(length))
        }
    }

    @Test("A byte too many is refused, wherever")
    func insertion() throws {
        let whole = try archive(Self.files)
        for offset in 0...whole.count {
            for byte: UInt8 in [0x00, 0x50, 0xFF] {
                var bytes = whole
                bytes.insert(byte, at: offset)
                #expect(refusal(of: bytes) != nil, "\(byte) inserted at \(offset)")
            }
        }
    }

    @Test(
        "A byte that is another is refused, or stands where it means nothing and changes nothing",
        arguments: [false, true])
    func flips(usesZip64: Bool) throws {
        let threshold = usesZip64 ? Zip64Threshold(size: 1, count: 1) : Zip64Threshold()
        let whole = try archive(Self.files, threshold: threshold)
        let ignorable = Self.ignorable(in: whole)
        for offset in whole.indices {
            for mask: UInt8 in [0x01, 0x02, 0x04, 0x08, 0x10, 0x20, 0x40, 0x80, 0xFF, 0x50] {
                var bytes = whole
                bytes[offset] ^= mask
                guard refusal(of: bytes, threshold: threshold) == nil else { continue }
                #expect(ignorable.contains(offset), "byte \(offset) with \(mask) is not refused")
                #expect(try ArchiveTests.files(in: bytes, threshold: threshold) == Self.files)
            }
        }
    }

    /// Where bytes stand that mean nothing to this reader: versions within the known ones, the effort bits of the flags, attributes, the
    /// bits that fill up the last byte of deflate data; and sizes in a local header, which may be there before a descriptor if they are true.
    private static func ignorable(in bytes: [UInt8]) -> Set<Int> {
        var offsets: Set<Int> = []
        for offset in bytes.indices.dropLast(3) {
            switch Array(bytes[offset..<offset + 4]) {
            case little(Signature.localHeader): offsets.formUnion([4, 5, 6, 18, 22].map { offset + $0 })
            case little(Signature.dataDescriptor): offsets.insert(offset - 1)
            case little(Signature.centralHeader):
                offsets.formUnion([4, 5, 6, 7, 8, 36, 37, 38, 39, 40, 41].map { offset + $0 })
            case little(Signature.zip64End): offsets.formUnion([12, 13, 14, 15].map { offset + $0 })
            default: break
            }
        }
        return offsets
    }
}
