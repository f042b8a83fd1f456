/// What an entry demands of a reader, checked to be something that this one can do.
struct EntryFeatures {
    let flags: EntryFlags
    let method: ZipMethod

    /// Checks the fields that local and central headers share (APPNOTE.TXT 6.3.10, sections 4.4.3 to 4.4.5).
    init(version: UInt16, flags: UInt16, method: UInt16, at offset: UInt64) throws(ArchiveError) {
        let flags = EntryFlags(rawValue: flags)
        guard flags.isDisjoint(with: .anyEncryption) else {
            throw ArchiveError(.encrypted, "An entry is encrypted.", at: offset)
        }
        guard flags.isSubset(of: .readable) else {
            throw ArchiveError(.unsupported, "An entry has a flag that is not supported.", at: offset)
        }
        guard version & 0xFF <= Self.newestVersion else {
            throw ArchiveError(.unsupported, "An entry needs a newer version of the format.", at: offset)
        }
        guard let method = ZipMethod(rawValue: method) else {
            throw ArchiveError(.unsupported, "An entry is compressed by a method that is not supported.", at: offset)
        }
        self.flags = flags
        self.method = method
    }

    /// Refuses a name for its length before it is there.
    static func check(nameCount: UInt16, longest: Int, at offset: UInt64) throws(ArchiveError) {
        guard nameCount <= longest else {
            throw ArchiveError(.nameTooLong, "An entry's name is longer than \(longest) bytes.", at: offset)
        }
    }

    /// Zip64, by section 4.4.3.2: what came later are other methods and encryption.
    static let newestVersion: UInt16 = 45
}
