/// The general purpose bit flag of an entry (APPNOTE.TXT 6.3.10, section 4.4.4).
struct EntryFlags: OptionSet, Equatable, Sendable {
    let rawValue: UInt16

    /// Bit 0.
    static let encrypted = EntryFlags(rawValue: 1 << 0)
    /// Bits 1 and 2: how hard the compressor tried. They say nothing to a reader.
    static let compressionEffort = EntryFlags(rawValue: 1 << 1 | 1 << 2)
    /// Bit 3: checksum and sizes follow the data.
    static let hasDescriptor = EntryFlags(rawValue: 1 << 3)
    /// Bit 6.
    static let stronglyEncrypted = EntryFlags(rawValue: 1 << 6)
    /// Bit 11: the name is UTF-8.
    static let utf8 = EntryFlags(rawValue: 1 << 11)
    /// Bit 13: parts of the local header are masked.
    static let masked = EntryFlags(rawValue: 1 << 13)

    /// Those that a reader without keys can make sense of.
    static let readable: EntryFlags = [.compressionEffort, .hasDescriptor, .utf8]
    /// Those that mean encryption.
    static let anyEncryption: EntryFlags = [.encrypted, .stronglyEncrypted, .masked]
}
