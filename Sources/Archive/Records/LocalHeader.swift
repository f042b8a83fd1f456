import NIOCore

/// What stands before an entry's data (APPNOTE.TXT 6.3.10, section 4.3.7).
struct LocalHeader: Sendable {
    var flags: EntryFlags
    var method: ZipMethod
    var modified: DOSTime
    var name: EntryName
    /// The checksum; 0 where it follows the data.
    var crc32: UInt32 = 0
    /// The size of the data; nil where it follows them.
    var compressedSize: UInt64?
    /// The size of the content; nil where it follows the data.
    var size: UInt64?
    /// Whether it has the zip64 field, so that the sizes of a descriptor have eight bytes (section 4.3.9.2).
    var hasZip64 = false

    /// The version that a reader needs for deflate, by section 4.4.3.
    static let versionNeeded: UInt16 = 20

    /// Appends the header of an entry whose sizes follow the data.
    func write(into output: inout ByteBuffer) {
        output.writeMultipleIntegers(
            Signature.localHeader, Self.versionNeeded, flags.rawValue, method.rawValue, modified.time, modified.date,
            endianness: .little)
        // Checksum and sizes, which section 4.4.4 wants zero for bit 3.
        output.writeMultipleIntegers(UInt32(0), UInt32(0), UInt32(0), endianness: .little)
        output.writeMultipleIntegers(UInt16(name.bytes.count), UInt16(0), endianness: .little)
        output.writeBytes(name.bytes)
    }
}

extension LocalHeader {
    /// Reads a header that is there as a whole, signature and all.
    ///
    /// - Returns: nil if there are too few bytes; none are then taken.
    init?(reading input: inout ByteBuffer, longestName: Int, at offset: UInt64) throws(ArchiveError) {
        var bytes = input
        guard bytes.readSlice(length: 4) != nil,
            let (version, flags, method, time, date) = bytes.readMultipleIntegers(
                endianness: .little, as: (UInt16, UInt16, UInt16, UInt16, UInt16).self),
            let (crc32, compressedSize, size) = bytes.readMultipleIntegers(
                endianness: .little, as: (UInt32, UInt32, UInt32).self),
            let (nameCount, extraCount) = bytes.readMultipleIntegers(endianness: .little, as: (UInt16, UInt16).self)
        else { return nil }
        let features = try EntryFeatures(version: version, flags: flags, method: method, at: offset)
        try EntryFeatures.check(nameCount: nameCount, longest: longestName, at: offset)
        guard let name = bytes.readBytes(length: Int(nameCount)),
            let extra = bytes.readSlice(length: Int(extraCount))
        else { return nil }

        self.flags = features.flags
        self.method = features.method
        modified = DOSTime(time: time, date: date)
        self.name = try EntryName(checking: name, isUTF8: features.flags.contains(.utf8), at: offset)
        self.crc32 = crc32
        let fields = try ExtraFields(extra, at: offset)
        try fields.checkPath(name, at: offset)
        hasZip64 = fields.zip64 != nil
        let sizes = try Self.sizes(size, compressedSize, fields, at: offset)
        let isDeferred = features.flags.contains(.hasDescriptor)
        self.size = isDeferred && sizes[0] == 0 ? nil : sizes[0]
        self.compressedSize = isDeferred && sizes[1] == 0 ? nil : sizes[1]
        input = bytes
    }

    /// The sizes of content and data. The field has both or neither of them (section 4.5.3), also where one would fit.
    private static func sizes(
        _ size: UInt32, _ compressedSize: UInt32, _ fields: ExtraFields, at offset: UInt64
    ) throws(ArchiveError) -> [UInt64] {
        guard var zip64 = fields.zip64 else { return [UInt64(size), UInt64(compressedSize)] }
        guard let (large, largeCompressed) = zip64.readMultipleIntegers(endianness: .little, as: (UInt64, UInt64).self),
            zip64.readableBytes == 0
        else { throw ArchiveError(.invalidExtraField, "The zip64 field has not exactly two sizes.", at: offset) }
        guard size == .max || UInt64(size) == large, compressedSize == .max || UInt64(compressedSize) == largeCompressed
        else { throw ArchiveError(.invalidExtraField, "The zip64 field contradicts its header.", at: offset) }
        return [large, largeCompressed]
    }
}
