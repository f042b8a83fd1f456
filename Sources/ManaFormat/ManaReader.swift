import Archive
import Domain
import Kernel
public import NIOCore

/// What a reader of a `.mana` archive comes upon.
public enum ManaEvent: Equatable, Sendable {
    /// The next event.
    case change(ArchivedChange)
    /// The next quarantined change.
    case quarantined(ArchivedChange)
    /// The archive is whole, and its events are those that the manifest counts and hashes.
    case end(ManaManifest)
}

/// Reads a `.mana` archive as a stream and checks all of it that can be checked without a log (spec: backup.md, "A user's import").
///
///     var reader = try ManaReader(limits: limits, newestSchemaVersion: 1)
///     for each chunk {
///         reader.append(chunk)
///         while let event = try reader.next() { … }
///     }
///     try reader.endOfInput()
///
/// The entries may come in any order: `events.jsonl` and `manifest.json` must be there, `quarantine.jsonl` may be, nothing else may. One
/// malformed line refuses the whole archive. The hash stands at the end: apply nothing before ``ManaEvent/end(_:)`` came, which means to read an
/// archive twice. Whose archive it is, the caller asks of ``ManaManifest/user``.
///
/// Memory: the chunks that were not read yet, 64 KiB, and the longest line. Not on an event loop. After an error the reader is of no further use.
public struct ManaReader: ~Copyable, Sendable {
    private let limits: ManaLimits
    private let newestSchemaVersion: Int
    private var zip: ZipReader
    private var digest: SHA256Stream
    private var tally = EventTally()
    private var lines = LineSplitter()
    private var entry: ManaEntry?
    private var isLineEnded = false
    private var found: Set<ManaEntry> = []
    private var manifestText: [UInt8] = []

    /// A reader at the start of an archive.
    ///
    /// - Parameter newestSchemaVersion: The newest schema version that the server knows: an archive with newer changes is refused.
    /// - Throws: ``ManaError`` with `unavailable`.
    public init(limits: ManaLimits = ManaLimits(), newestSchemaVersion: Int = 1) throws(ManaError) {
        self.limits = limits
        self.newestSchemaVersion = newestSchemaVersion
        zip = ZipReader(limits: limits.zip)
        do throws(CryptoError) { digest = try SHA256Stream() } catch { throw Self.unavailable(error) }
    }

    /// Hands over the archive's next bytes. Read all events before more are handed over, or they pile up.
    public mutating func append(_ bytes: ByteBuffer) {
        zip.append(bytes)
    }

    /// The next event, or nil if it needs more bytes.
    ///
    /// - Throws: ``ManaError``.
    public mutating func next() throws(ManaError) -> ManaEvent? {
        while true {
            if let change = try nextChange() { return change }
            guard let event = try nextZipEvent() else { return nil }
            switch event {
            case .entry(let begun): try begin(begun)
            case .content(let content): try take(content)
            case .endOfEntry: isLineEnded = true
            case .endOfArchive: return .end(try checkedManifest())
            }
        }
    }

    /// Says that no more bytes will come.
    ///
    /// - Throws: ``ManaError`` if the archive is not complete.
    public mutating func endOfInput() throws(ManaError) {
        do throws(ArchiveError) { try zip.endOfInput() } catch { throw ManaError(error) }
    }

    private mutating func nextZipEvent() throws(ManaError) -> ZipEvent? {
        do throws(ArchiveError) { return try zip.next() } catch { throw ManaError(error) }
    }

    /// The change of the next line, if there is one.
    private mutating func nextChange() throws(ManaError) -> ManaEvent? {
        guard let entry, entry != .manifest else { return nil }
        guard let line = lines.next() ?? (isLineEnded ? lines.last() : nil) else {
            guard lines.partialLength <= limits.lineLength else { throw tooLong(lines.number + 1, of: entry) }
            return nil
        }
        guard line.readableBytes <= limits.lineLength else { throw tooLong(lines.number, of: entry) }
        do throws(LineError) {
            let change = try ArchivedChange(
                line: line, isQuarantined: entry == .quarantine, newestSchemaVersion: newestSchemaVersion)
            guard entry == .events else { return .quarantined(change) }
            tally.count(app: change.app, schemaVersion: change.schemaVersion)
            return .change(change)
        } catch {
            throw ManaError(error.code, error.message, in: .line(lines.number, of: entry))
        }
    }

    private mutating func begin(_ begun: ZipEntry) throws(ManaError) {
        guard let entry = ManaEntry(rawValue: begun.name) else {
            throw ManaError(
                .invalidArchive, "The archive has an entry that does not belong there.", in: .byte(begun.offset))
        }
        found.insert(entry)
        self.entry = entry
        lines = LineSplitter()
        isLineEnded = false
    }

    private mutating func take(_ content: ByteBuffer) throws(ManaError) {
        switch entry {
        case .events:
            do throws(CryptoError) {
                try content.readableBytesView.withUnsafeBytes { bytes in
                    Result { () throws(CryptoError) in try digest.update(bytes) }
                }.get()
            } catch {
                throw Self.unavailable(error)
            }
            lines.append(content)
        case .quarantine: lines.append(content)
        case .manifest, nil:
            guard manifestText.count + content.readableBytes <= ManaManifest.maximumLength else {
                throw ManaError(.invalidArchive, "The manifest is too long.", in: .entry(.manifest))
            }
            manifestText += content.readableBytesView
        }
    }

    /// The manifest, once all entries were read.
    private mutating func checkedManifest() throws(ManaError) -> ManaManifest {
        for entry in [ManaEntry.events, .manifest] where !found.contains(entry) {
            throw ManaError(.invalidArchive, "The archive has no \(entry.rawValue).", in: .archive)
        }
        let manifest = try ManaManifest(parsing: manifestText)
        guard manifest.schemaVersions.upperBound <= newestSchemaVersion else {
            throw ManaError(
                .unsupportedVersion, "The archive has changes of a schema version that is not supported.",
                in: .entry(.manifest))
        }
        guard manifest.eventCount == tally.count else {
            throw ManaError(
                .contentMismatch, "The manifest counts \(manifest.eventCount) events; there are \(tally.count).",
                in: .entry(.manifest))
        }
        let hexadecimal: String
        do throws(CryptoError) { hexadecimal = try digest.finish().hexadecimal } catch { throw Self.unavailable(error) }
        guard manifest.eventsSHA256.lowercased() == hexadecimal else {
            throw ManaError(.contentMismatch, "The events do not have the manifest's SHA-256.", in: .entry(.manifest))
        }
        guard Set(manifest.apps) == tally.apps else {
            throw ManaError(.contentMismatch, "The manifest does not list the events' apps.", in: .entry(.manifest))
        }
        return manifest
    }

    private func tooLong(_ line: Int, of entry: ManaEntry) -> ManaError {
        ManaError(
            .invalidArchive, "The line is longer than \(limits.lineLength) bytes.", in: .line(line, of: entry))
    }

    private static func unavailable(_ error: CryptoError) -> ManaError {
        ManaError(.unavailable, "The digest could not be computed.", in: .archive)
    }
}
