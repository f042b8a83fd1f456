public import Domain
public import Kernel

/// What a bundle says of itself in `manifest.json` (spec: backup.md, "Backup runs").
public struct BundleManifest: Equatable, Sendable {
    /// An entry before the manifest.
    public struct Entry: Equatable, Sendable {
        /// Its name.
        public var name: String
        /// How many rows it has; of the ledger, how many erasures.
        public var rows: Int64
        /// How many bytes it has, uncompressed.
        public var bytes: Int64
        /// Their SHA-256 in lower-case hexadecimal.
        public var sha256: String
    }

    /// The version of the format: 2; of bundles without spaces' grants 1.
    public var formatVersion = BundleManifest.version
    /// When the log was as it is in the bundle.
    public var createdAt: UnixTime
    /// The last place that the clock had given out.
    public var clock: Cursor
    /// How many changes there are, by app.
    public var rowCounts: [String: Int64]
    /// The entries.
    public var entries: [Entry]
    /// Which server wrote it.
    public var producedBy = "mana-sync"

    /// The version that is written.
    static let version = 2

    /// The most bytes that a manifest may have.
    static let maximumLength = 16 << 20

    /// How many changes there are.
    public var eventCount: Int64 { rowCounts.values.reduce(0, +) }

    init(createdAt: UnixTime, clock: Cursor, rowCounts: [String: Int64], entries: [Entry]) {
        self.createdAt = createdAt
        self.clock = clock
        self.rowCounts = rowCounts
        self.entries = entries
    }
}
