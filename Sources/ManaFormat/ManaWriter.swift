public import Archive
public import Domain
public import Kernel
public import NIOCore

/// Writes a user's export as a `.mana` archive, piece by piece (spec: backup.md, "A user's export").
///
///     var writer = try ManaWriter(user: user, createdAt: now)
///     for each page { try writer.append(encoder.takeLines(), into: &output); send(output) }
///     for each page { try writer.appendQuarantined(encoder.takeLines(), into: &output); send(output) }
///     let manifest = try writer.finish(into: &output)
///
/// Events are hashed, counted and compressed in one pass; nothing of them is kept. Whoever does not come to ``finish(into:)`` has an archive
/// without central directory, which no reader takes for whole. Compression takes processor time: not on an event loop.
public struct ManaWriter: ~Copyable, Sendable {
    private enum Position {
        case start
        case events
        case quarantine
    }

    private var zip = ZipWriter()
    private var digest: SHA256Stream
    private var tally = EventTally()
    private var position = Position.start
    private let user: UserID
    private let createdAt: UnixTime
    private let schemaVersion: Int
    private let compression: ZipCompression

    /// A writer of an export of `user` at `createdAt`.
    ///
    /// - Parameter schemaVersion: The newest schema version that the server knows.
    /// - Throws: ``CryptoError`` if OpenSSL has no memory.
    public init(
        user: UserID, createdAt: UnixTime, schemaVersion: Int = 1, compression: ZipCompression = .fast
    ) throws(CryptoError) {
        digest = try SHA256Stream()
        self.user = user
        self.createdAt = createdAt
        self.schemaVersion = schemaVersion
        self.compression = compression
    }

    /// How many bytes have been written.
    public var offset: UInt64 { zip.offset }

    /// Writes the next events.
    ///
    /// - Throws: ``ArchiveError`` with `outOfOrder` after quarantined changes and after the end; ``CryptoError``.
    public mutating func append(_ lines: EventLines, into output: inout ByteBuffer) throws {
        try beginEvents(into: &output)
        guard position == .events else {
            throw ArchiveError(.outOfOrder, "Events come before quarantined changes.", at: offset)
        }
        try lines.bytes.withUnsafeReadableBytes { try digest.update($0) }
        tally.add(lines.tally)
        try zip.write(lines.bytes, into: &output)
    }

    /// Writes the next quarantined changes, after all events. No lines make no entry.
    ///
    /// - Throws: ``ArchiveError`` with `outOfOrder` after the end.
    public mutating func appendQuarantined(_ lines: EventLines, into output: inout ByteBuffer) throws {
        guard lines.bytes.readableBytes > 0 else { return }
        try beginEvents(into: &output)
        if position == .events {
            try zip.endEntry(into: &output)
            try begin(.quarantine, into: &output)
            position = .quarantine
        }
        try zip.write(lines.bytes, into: &output)
    }

    /// Writes the manifest and the central directory: the archive is then complete.
    ///
    /// - Throws: ``ArchiveError`` with `outOfOrder` after the end; ``CryptoError``.
    public mutating func finish(into output: inout ByteBuffer) throws -> ManaManifest {
        try beginEvents(into: &output)
        try zip.endEntry(into: &output)
        let manifest = ManaManifest(
            user: user, createdAt: createdAt, schemaVersion: schemaVersion, tally: tally,
            digest: try digest.finish())
        try begin(.manifest, into: &output)
        try zip.write(ByteBuffer(bytes: manifest.json), into: &output)
        try zip.endEntry(into: &output)
        try zip.finish(into: &output)
        return manifest
    }

    private mutating func beginEvents(into output: inout ByteBuffer) throws {
        guard position == .start else { return }
        try begin(.events, into: &output)
        position = .events
    }

    private mutating func begin(_ entry: ManaEntry, into output: inout ByteBuffer) throws {
        let modified = DOSTime(unixSeconds: createdAt.seconds)
        try zip.beginEntry(entry.rawValue, modified: modified, compression: compression, into: &output)
    }
}
