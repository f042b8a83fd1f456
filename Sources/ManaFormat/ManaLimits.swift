public import Archive

/// How much of a `.mana` archive a reader takes before it refuses it, in bytes of what is uncompressed.
public struct ManaLimits: Equatable, Sendable {
    /// The longest line.
    public var lineLength: Int
    /// The limits of the archive itself; the number of entries and the length of their names are those of the format.
    public var zip: ZipLimits

    /// Limits for an archive of one user.
    public init(lineLength: Int = 16 << 20, totalSize: UInt64 = 64 << 30, ratio: UInt64 = 200) {
        self.lineLength = lineLength
        zip = ZipLimits(
            entries: ManaEntry.allCases.count, nameLength: 64, entrySize: totalSize, totalSize: totalSize, ratio: ratio)
    }
}
