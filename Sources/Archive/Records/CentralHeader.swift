import NIOCore

/// What the central directory says of an entry (APPNOTE.TXT 6.3.10, section 4.3.12).
struct CentralHeader: Sendable {
    var flags: EntryFlags
    var method: ZipMethod
    var modified: DOSTime
    var name: EntryName
    var descriptor: DataDescriptor
    /// Where the local header is.
    var offset: UInt64

    /// Appends the header; the numbers that do not fit go into a zip64 field (section 4.5.3).
    func write(_ threshold: Zip64Threshold, into output: inout ByteBuffer) {
        let large = [descriptor.size, descriptor.compressedSize, offset].filter { $0 >= threshold.size }
        let version = large.isEmpty ? LocalHeader.versionNeeded : EntryFeatures.newestVersion
        output.writeMultipleIntegers(
            Signature.centralHeader, Self.madeBy, version, flags.rawValue, method.rawValue, modified.time,
            modified.date, endianness: .little)
        output.writeMultipleIntegers(
            descriptor.crc32, threshold.field(descriptor.compressedSize), threshold.field(descriptor.size),
            endianness: .little)
        let extraCount = large.isEmpty ? 0 : UInt16(4 + 8 * large.count)
        // The lengths of name, extra fields and comment; the disk; internal attributes; external ones; the place.
        output.writeMultipleIntegers(
            UInt16(name.bytes.count), extraCount, UInt16(0), UInt16(0), UInt16(0), Self.attributes,
            threshold.field(offset), endianness: .little)
        output.writeBytes(name.bytes)
        guard !large.isEmpty else { return }
        output.writeMultipleIntegers(ExtraFields.zip64ID, extraCount - 4, endianness: .little)
        for value in large { output.writeInteger(value, endianness: .little) }
    }

    /// Unix attributes, by version 6.3 of the format (section 4.4.2).
    private static let madeBy: UInt16 = 3 << 8 | 63
    /// A regular file that its owner may read and write.
    private static let attributes = UInt32(0o100600) << 16
}

extension CentralHeader {
    /// Reads a header that is there as a whole, signature and all.
    ///
    /// - Returns: nil if there are too few bytes; none are then taken.
    init?(reading input: inout ByteBuffer, longestName: Int, at place: UInt64) throws(ArchiveError) {
        var bytes = input
        guard bytes.readSlice(length: 4) != nil,
            let (_, version, flags, method, time, date) = bytes.readMultipleIntegers(
                endianness: .little, as: (UInt16, UInt16, UInt16, UInt16, UInt16, UInt16).self),
            let (crc32, compressedSize, size) = bytes.readMultipleIntegers(
                endianness: .little, as: (UInt32, UInt32, UInt32).self),
            let (nameCount, extraCount, commentCount, disk, _, attributes, offset) = bytes.readMultipleIntegers(
                endianness: .little, as: (UInt16, UInt16, UInt16, UInt16, UInt16, UInt32, UInt32).self)
        else { return nil }
        let features = try EntryFeatures(version: version, flags: flags, method: method, at: place)
        try EntryFeatures.check(nameCount: nameCount, longest: longestName, at: place)
        guard disk == 0 else {
            throw ArchiveError(.unsupported, "Archives of several parts are not supported.", at: place)
        }
        guard Self.isFileOrDirectory(attributes) else {
            throw ArchiveError(.unsupported, "An entry is neither a file nor a directory.", at: place)
        }
        guard let name = bytes.readBytes(length: Int(nameCount)),
            let extra = bytes.readSlice(length: Int(extraCount)), bytes.readSlice(length: Int(commentCount)) != nil
        else { return nil }

        self.flags = features.flags
        self.method = features.method
        modified = DOSTime(time: time, date: date)
        self.name = try EntryName(checking: name, isUTF8: features.flags.contains(.utf8), at: place)
        let fields = try ExtraFields(extra, at: place)
        try fields.checkPath(name, at: place)
        let values = try fields.resolve([size, compressedSize, offset], at: place)
        descriptor = DataDescriptor(crc32: crc32, compressedSize: values[1], size: values[0])
        self.offset = values[2]
        input = bytes
    }

    /// Whether the upper half, which holds the mode on Unix, says neither symbolic link nor device nor the like.
    private static func isFileOrDirectory(_ attributes: UInt32) -> Bool {
        switch attributes >> 16 & 0o170000 {
        case 0, 0o100000, 0o040000: true
        default: false
        }
    }
}
