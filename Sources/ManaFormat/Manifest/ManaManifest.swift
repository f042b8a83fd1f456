public import Domain
public import Kernel

/// What an archive says of itself in `manifest.json` (spec: backup.md, "A user's export").
public struct ManaManifest: Equatable, Sendable {
    /// The version of the format; 1.
    public var formatVersion: Int
    /// The newest schema version that the server knew which wrote the archive.
    public var schemaVersion: Int
    /// Whose events they are.
    public var user: UserID
    /// When the archive was written.
    public var createdAt: UnixTime
    /// How many events there are.
    public var eventCount: Int
    /// The digest of `events.jsonl`, uncompressed, in lower-case hexadecimal.
    public var eventsSHA256: String
    /// The apps of the events, sorted by their bytes.
    public var apps: [AppID]
    /// Which server wrote it.
    public var producedBy: String
    /// The lowest and highest schema version of the events; where there are none both are ``schemaVersion``.
    public var schemaVersions: ClosedRange<Int>

    /// The version of the format that is written, and the newest that is read.
    public static let currentFormatVersion = 1

    /// The manifest of an archive with the events of `tally`.
    init(user: UserID, createdAt: UnixTime, schemaVersion: Int, tally: EventTally, digest: SHA256Digest) {
        formatVersion = Self.currentFormatVersion
        self.schemaVersion = schemaVersion
        self.user = user
        self.createdAt = createdAt
        eventCount = tally.count
        eventsSHA256 = digest.hexadecimal
        apps = tally.apps.sorted { $0.text.utf8.lexicographicallyPrecedes($1.text.utf8) }
        producedBy = "mana-sync"
        schemaVersions = tally.schemaVersions ?? schemaVersion...schemaVersion
    }
}
