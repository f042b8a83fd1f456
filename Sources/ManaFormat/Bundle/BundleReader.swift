import Archive
public import Domain
import Kernel
public import NIOCore

/// What a reader of a bundle comes upon.
public enum BundleEvent: Equatable, Sendable {
    /// The next row of a table.
    case record(LogTable, LogRecord)
    /// The bundle is whole, and is what its manifest says.
    case end(BundleManifest, ErasureLedger?)
}

/// Reads a bundle as a stream and checks all of it: the archive's structure and checksums, each row, the digests and counts of the manifest.
///
/// It is used as ``ManaReader`` is. Trust nothing of it before ``BundleEvent/end(_:_:)`` came. Memory: the chunks that were not read yet, the longest
/// line, and the ledger. Not on an event loop. After an error the reader is of no further use.
public struct BundleReader: ~Copyable, Sendable {
    private var zip: ZipReader
    private let lineLength: Int
    private var lines = LineSplitter()
    private var entry: BundleEntry?
    /// The first of the entries that may follow.
    private var nextPosition = 0
    private var line = RecordLine(of: .changes)
    private var isLineEnded = false
    private var digest: SHA256Stream
    private var found: [BundleManifest.Entry] = []
    private var rows: Int64 = 0
    private var bytes: Int64 = 0
    private var counts: [String: Int64] = [:]
    private var text: [UInt8] = []
    private var ledger: ErasureLedger?
    private var manifest: BundleManifest?
    private let appColumn = LogTable.changes.index(of: "appId") ?? 0

    /// A reader at the start of a bundle.
    ///
    /// - Parameter lineLength: The longest line, in bytes.
    /// - Throws: ``ManaError`` with `unavailable`.
    public init(lineLength: Int = 64 << 20) throws(ManaError) {
        self.lineLength = lineLength
        // What an operator wrote is no bomb: a log may be as large and as repetitive as it likes.
        zip = ZipReader(
            limits: ZipLimits(
                entries: BundleEntry.allCases.count, nameLength: 64, entrySize: .max, totalSize: .max, ratio: 1200))
        digest = try Self.newDigest()
    }

    /// Hands over the bundle's next bytes. Read all events before more are handed over, or they pile up.
    public mutating func append(_ bytes: ByteBuffer) {
        zip.append(bytes)
    }

    /// The next event, or nil if it needs more bytes.
    ///
    /// - Throws: ``ManaError``.
    public mutating func next() throws(ManaError) -> BundleEvent? {
        while true {
            if let record = try nextRecord() { return record }
            guard let event = try nextZipEvent() else { return nil }
            switch event {
            case .entry(let begun): try begin(begun)
            case .content(let content): try take(content)
            case .endOfEntry:
                isLineEnded = true
                if entry?.table == nil { try endEntry() }
            case .endOfArchive: return .end(try checkedManifest(), ledger)
            }
        }
    }

    /// Says that no more bytes will come.
    ///
    /// - Throws: ``ManaError`` if the bundle is not complete.
    public mutating func endOfInput() throws(ManaError) {
        do throws(ArchiveError) { try zip.endOfInput() } catch { throw ManaError(error) }
    }

    private mutating func nextZipEvent() throws(ManaError) -> ZipEvent? {
        do throws(ArchiveError) { return try zip.next() } catch { throw ManaError(error) }
    }

    /// The row of the next line, if there is one.
    private mutating func nextRecord() throws(ManaError) -> BundleEvent? {
        guard let table = entry?.table else { return nil }
        guard let next = lines.next() ?? (isLineEnded ? lines.last() : nil) else {
            if isLineEnded {
                try endEntry()
            } else if lines.partialLength > lineLength {
                throw invalid("A line is longer than \(lineLength) bytes.")
            }
            return nil
        }
        do throws(LineError) {
            let record = try line.record(of: next)
            rows += 1
            if table == .changes { counts[record.values[appColumn].string ?? "", default: 0] += 1 }
            return .record(table, record)
        } catch {
            guard let entry = table.manaEntry else {
                throw invalid("\(BundleEntry(table).rawValue), line \(lines.number): \(error.message)")
            }
            throw ManaError(error.code, error.message, in: .line(lines.number, of: entry))
        }
    }

    private mutating func begin(_ begun: ZipEntry) throws(ManaError) {
        // The entries have one order, so that a row's table is complete before the next begins. Which of them have to be there is known with the manifest.
        guard let entry = BundleEntry(rawValue: begun.name),
            let position = BundleEntry.allCases.firstIndex(of: entry), position >= nextPosition
        else { throw invalid("The bundle has an entry that does not belong there.") }
        nextPosition = position + 1
        self.entry = entry
        if let table = entry.table { line = RecordLine(of: table) }
        lines = LineSplitter()
        isLineEnded = false
        (rows, bytes, text) = (0, 0, [])
        digest = try Self.newDigest()
    }

    private mutating func take(_ content: ByteBuffer) throws(ManaError) {
        bytes += Int64(content.readableBytes)
        let updated: Result<Void, CryptoError> = content.withUnsafeReadableBytes { bytes in
            do throws(CryptoError) { return .success(try digest.update(bytes)) } catch { return .failure(error) }
        }
        guard case .success = updated else { throw Self.unavailable }
        guard entry?.table == nil else { return lines.append(content) }
        let limit = entry == .manifest ? BundleManifest.maximumLength : ErasureLedger.maximumLength
        guard text.count + content.readableBytes <= limit else { throw invalid("An entry is too long.") }
        text += content.readableBytesView
    }

    /// Takes down what the entry was, once.
    private mutating func endEntry() throws(ManaError) {
        guard let entry else { return }
        self.entry = nil
        switch entry {
        case .manifest:
            manifest = try BundleManifest(parsing: text)
            return
        case .erasures:
            if !text.isEmpty {
                let read = try ErasureLedger(parsing: text)
                rows = Int64(read.entries.count)
                ledger = read
            }
        case .events, .quarantine, .memberships, .grants, .inheritance, .inherited: break
        }
        let sha256: String
        do throws(CryptoError) { sha256 = try digest.finish().hexadecimal } catch { throw Self.unavailable }
        found.append(BundleManifest.Entry(name: entry.rawValue, rows: rows, bytes: bytes, sha256: sha256))
    }

    private func checkedManifest() throws(ManaError) -> BundleManifest {
        guard let manifest else { throw invalid("The bundle has no manifest.json.") }
        guard found.map(\.name) == BundleEntry.names(inVersion: manifest.formatVersion) else {
            throw invalid("The bundle lacks an entry.")
        }
        guard manifest.entries == found else {
            throw mismatch("The manifest's rows, sizes or digests are not those of the entries.")
        }
        guard manifest.rowCounts == counts else { throw mismatch("The manifest counts other changes than there are.") }
        return manifest
    }

    private static func newDigest() throws(ManaError) -> SHA256Stream {
        do throws(CryptoError) { return try SHA256Stream() } catch { throw unavailable }
    }

    private static let unavailable = ManaError(.unavailable, "The digest could not be computed.", in: .archive)

    private func invalid(_ message: String) -> ManaError { ManaError(.invalidArchive, message, in: .archive) }

    private func mismatch(_ message: String) -> ManaError {
        ManaError(.contentMismatch, message, in: .entry(.manifest))
    }
}

extension LogTable {
    /// The table's entry, for messages; nil where users' archives have none of the kind.
    fileprivate var manaEntry: ManaEntry? {
        switch self {
        case .changes: .events
        case .quarantine: .quarantine
        case .memberships, .grants, .inheritance, .inherited: nil
        }
    }
}
