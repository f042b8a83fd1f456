import NIOCore

/// How many entries the central directory has, and where it is: what its end says (APPNOTE.TXT 6.3.10, sections 4.3.14 to 4.3.16).
struct DirectoryEnd: Equatable, Sendable {
    /// The number of entries.
    var count: UInt64
    /// The size of all central headers.
    var size: UInt64
    /// Where the first central header is, or would be.
    var offset: UInt64

    /// Appends the end of the directory, with the zip64 records before it where a number does not fit.
    func write(_ threshold: Zip64Threshold, into output: inout ByteBuffer) {
        if count >= threshold.count || size >= threshold.size || offset >= threshold.size {
            writeZip64(into: &output)
        }
        let count = count < threshold.count ? UInt16(truncatingIfNeeded: count) : .max
        // The numbers of two disks, and of the entries on this one and on all.
        output.writeMultipleIntegers(Signature.end, UInt16(0), UInt16(0), count, count, endianness: .little)
        output.writeMultipleIntegers(
            threshold.field(size), threshold.field(offset), UInt16(0), endianness: .little)
    }

    private func writeZip64(into output: inout ByteBuffer) {
        // The size of what follows it, and by which version it was made and is needed.
        output.writeMultipleIntegers(
            Signature.zip64End, Self.zip64Size, UInt16(3 << 8 | 63), EntryFeatures.newestVersion, endianness: .little)
        output.writeMultipleIntegers(UInt32(0), UInt32(0), count, count, size, offset, endianness: .little)
        output.writeMultipleIntegers(
            Signature.zip64Locator, UInt32(0), offset + size, UInt32(1), endianness: .little)
    }

    /// The first number of the zip64 record, which counts neither itself nor the signature (section 4.3.14.1).
    static let zip64Size: UInt64 = 44
}

extension DirectoryEnd {
    /// Reads the zip64 record.
    ///
    /// - Returns: nil if there are too few bytes; none are then taken.
    init?(readingZip64 input: inout ByteBuffer, at place: UInt64) throws(ArchiveError) {
        var bytes = input
        guard bytes.readSlice(length: 4) != nil,
            let (recordSize, _, version) = bytes.readMultipleIntegers(
                endianness: .little, as: (UInt64, UInt16, UInt16).self),
            let (disk, directoryDisk, countHere, count, size, offset) = bytes.readMultipleIntegers(
                endianness: .little, as: (UInt32, UInt32, UInt64, UInt64, UInt64, UInt64).self)
        else { return nil }
        guard recordSize == Self.zip64Size, version & 0xFF <= EntryFeatures.newestVersion else {
            throw ArchiveError(.unsupported, "The zip64 end of the directory is of another version.", at: place)
        }
        guard disk == 0, directoryDisk == 0, countHere == count else {
            throw ArchiveError(.unsupported, "Archives of several parts are not supported.", at: place)
        }
        self.init(count: count, size: size, offset: offset)
        input = bytes
    }

    /// Reads the locator, which says where the zip64 record is.
    ///
    /// - Returns: nil if there are too few bytes; none are then taken.
    static func zip64Place(readingLocator input: inout ByteBuffer, at place: UInt64) throws(ArchiveError) -> UInt64? {
        var bytes = input
        guard bytes.readSlice(length: 4) != nil,
            let (disk, offset, disks) = bytes.readMultipleIntegers(
                endianness: .little, as: (UInt32, UInt64, UInt32).self)
        else { return nil }
        guard disk == 0, disks == 1 else {
            throw ArchiveError(.unsupported, "Archives of several parts are not supported.", at: place)
        }
        input = bytes
        return offset
    }
}

/// The classic end of the directory (section 4.3.16): what a zip64 record may replace.
struct ClassicDirectoryEnd: Sendable {
    private let count: UInt16
    private let size: UInt32
    private let offset: UInt32

    /// Reads it, with the comment that follows it.
    ///
    /// - Returns: nil if there are too few bytes; none are then taken.
    init?(reading input: inout ByteBuffer, at place: UInt64) throws(ArchiveError) {
        var bytes = input
        guard bytes.readSlice(length: 4) != nil,
            let (disk, directoryDisk, countHere, count) = bytes.readMultipleIntegers(
                endianness: .little, as: (UInt16, UInt16, UInt16, UInt16).self),
            let (size, offset, commentCount) = bytes.readMultipleIntegers(
                endianness: .little, as: (UInt32, UInt32, UInt16).self)
        else { return nil }
        guard disk == 0, directoryDisk == 0, countHere == count else {
            throw ArchiveError(.unsupported, "Archives of several parts are not supported.", at: place)
        }
        guard bytes.readSlice(length: Int(commentCount)) != nil else { return nil }
        (self.count, self.size, self.offset) = (count, size, offset)
        input = bytes
    }

    /// Whether it says the same as `end`, or where there is a zip64 record refers to that by all ones.
    func agrees(with end: DirectoryEnd, hasZip64: Bool) -> Bool {
        (UInt64(count) == end.count || hasZip64 && count == .max)
            && (UInt64(size) == end.size || hasZip64 && size == .max)
            && (UInt64(offset) == end.offset || hasZip64 && offset == .max)
    }
}
