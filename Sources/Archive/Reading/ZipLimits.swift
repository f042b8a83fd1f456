/// How much of an archive a reader takes before it refuses it. Sizes are in bytes, of the content once it is inflated.
public struct ZipLimits: Equatable, Sendable {
    /// The most entries.
    public var entries: Int
    /// The longest name, in bytes.
    public var nameLength: Int
    /// The largest content of one entry.
    public var entrySize: UInt64
    /// The largest content of all entries together.
    public var totalSize: UInt64
    /// How many times larger than its compressed form an entry's content may be. Deflate reaches 1,032; JSON lines about 10.
    public var ratio: UInt64
    /// Up to which size of an entry's content the ratio does not matter.
    public var ratioFreeSize: UInt64

    /// Limits for an archive of a few large entries.
    public init(
        entries: Int = 1000, nameLength: Int = 512, entrySize: UInt64 = 64 << 30, totalSize: UInt64 = 64 << 30,
        ratio: UInt64 = 200, ratioFreeSize: UInt64 = 1 << 20
    ) {
        self.entries = entries
        self.nameLength = nameLength
        self.entrySize = entrySize
        self.totalSize = totalSize
        self.ratio = ratio
        self.ratioFreeSize = ratioFreeSize
    }
}
