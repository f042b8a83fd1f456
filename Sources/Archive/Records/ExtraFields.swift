import NIOCore

/// The extra fields of a header (APPNOTE.TXT 6.3.10, section 4.5): those that a reader must not ignore.
struct ExtraFields: Sendable {
    /// The data of the zip64 extended information (section 4.5.3).
    private(set) var zip64: ByteBuffer?
    /// The data of the Info-ZIP Unicode path (section 4.6.9), which other readers take for the name.
    private(set) var unicodePath: ByteBuffer?

    /// Reads the fields of a header at `offset`, which must fill their room exactly, without one of these twice.
    init(_ bytes: ByteBuffer, at offset: UInt64) throws(ArchiveError) {
        var bytes = bytes
        while bytes.readableBytes > 0 {
            guard let id = bytes.readInteger(endianness: .little, as: UInt16.self),
                let count = bytes.readInteger(endianness: .little, as: UInt16.self),
                let data = bytes.readSlice(length: Int(count))
            else { throw ArchiveError(.invalidExtraField, "An extra field is cut off.", at: offset) }
            switch id {
            case Self.zip64ID where zip64 == nil: zip64 = data
            case Self.unicodePathID where unicodePath == nil: unicodePath = data
            case Self.zip64ID, Self.unicodePathID:
                throw ArchiveError(.invalidExtraField, "An extra field is there twice.", at: offset)
            default: break
            }
        }
    }

    /// Checks that nobody takes the entry for another one: a Unicode path must say what the header says.
    func checkPath(_ name: [UInt8], at offset: UInt64) throws(ArchiveError) {
        guard var path = unicodePath else { return }
        // Its version and the checksum of the header's name stand before the name.
        guard path.readInteger(as: UInt8.self) == 1, path.readInteger(as: UInt32.self) != nil,
            path.readableBytesView.elementsEqual(name)
        else { throw ArchiveError(.invalidExtraField, "An extra field gives an entry another name.", at: offset) }
    }

    /// Replaces each of the `values` that is all ones by the next number of the zip64 field; the field must have one for each, and no more.
    ///
    /// - Parameter fields: The header's 32-bit fields in the order of section 4.5.3.
    /// - Returns: The true values in the same order.
    func resolve(_ fields: [UInt32], at offset: UInt64) throws(ArchiveError) -> [UInt64] {
        var extended = zip64
        var values: [UInt64] = []
        for field in fields {
            guard field == .max, extended != nil else {
                values.append(UInt64(field))
                continue
            }
            guard let value = extended?.readInteger(endianness: .little, as: UInt64.self) else {
                throw ArchiveError(.invalidExtraField, "The zip64 field lacks a number.", at: offset)
            }
            values.append(value)
        }
        guard extended?.readableBytes ?? 0 == 0 else {
            throw ArchiveError(.invalidExtraField, "The zip64 field has numbers that nothing refers to.", at: offset)
        }
        return values
    }

    static let zip64ID: UInt16 = 0x0001
    private static let unicodePathID: UInt16 = 0x7075
}
