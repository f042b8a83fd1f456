public import Archive
public import Domain
public import Kernel
public import NIOCore

/// Writes a bundle of the whole log, piece by piece: the tables in their order, the ledger of erasures, the manifest (spec: backup.md, "Backup runs").
///
///     var writer = try BundleWriter(createdAt: now)
///     for each table { for each page { try writer.append(records, of: table, into: &output); send(output) } }
///     let manifest = try writer.finish(clock: clock, ledger: ledger, into: &output)
///
/// Nothing of the rows is kept. Who does not come to ``finish(clock:ledger:into:)`` has an archive that no reader takes for whole. Compression takes
/// processor time: not on an event loop.
public struct BundleWriter: ~Copyable, Sendable {
    private var zip = ZipWriter()
    private let createdAt: UnixTime
    private let compression: ZipCompression
    private var next: [BundleEntry] = BundleEntry.allCases
    private var open: OpenEntry?
    private var finished: [BundleManifest.Entry] = []
    private var counts: [String: Int64] = [:]
    private let appColumn = LogTable.changes.index(of: "appId") ?? 0

    /// The entry that is being written.
    private struct OpenEntry: ~Copyable, Sendable {
        let entry: BundleEntry
        var digest: SHA256Stream
        var rows: Int64 = 0
        var bytes: Int64 = 0
    }

    /// A writer of a bundle of the log at `createdAt`.
    public init(createdAt: UnixTime, compression: ZipCompression = .fast) {
        self.createdAt = createdAt
        self.compression = compression
    }

    /// Writes the next rows of a table.
    ///
    /// - Throws: ``ArchiveError`` with `outOfOrder` where a later table has begun; ``CryptoError``.
    public mutating func append(_ records: [LogRecord], of table: LogTable, into output: inout ByteBuffer) throws {
        try begin(BundleEntry(table), into: &output)
        let line = RecordLine(of: table)
        var lines = ByteBuffer()
        for record in records {
            line.write(record, into: &lines)
            if table == .changes { counts[record.values[appColumn].string ?? "", default: 0] += 1 }
        }
        try write(lines, rows: Int64(records.count), into: &output)
    }

    /// Writes what is left: the archive is then complete.
    ///
    /// - Throws: ``ArchiveError`` with `outOfOrder` after the end; ``CryptoError``.
    public mutating func finish(
        clock: Cursor, ledger: ErasureLedger?, into output: inout ByteBuffer
    ) throws -> BundleManifest {
        try begin(.erasures, into: &output)
        if let ledger {
            try write(ByteBuffer(bytes: ledger.json), rows: Int64(ledger.entries.count), into: &output)
        }
        try endEntry(into: &output)
        let manifest = BundleManifest(createdAt: createdAt, clock: clock, rowCounts: counts, entries: finished)
        try zip.beginEntry(
            BundleEntry.manifest.rawValue, modified: DOSTime(unixSeconds: createdAt.seconds), compression: compression,
            into: &output)
        try zip.write(ByteBuffer(bytes: manifest.json), into: &output)
        try zip.endEntry(into: &output)
        try zip.finish(into: &output)
        return manifest
    }

    /// Goes to an entry; those before it are there then, empty if nothing was written to them.
    private mutating func begin(_ entry: BundleEntry, into output: inout ByteBuffer) throws {
        while true {
            if case .some(let current) = open?.entry, current == entry { return }
            try endEntry(into: &output)
            guard let following = next.first, following != .manifest else {
                throw ArchiveError(.outOfOrder, "The entries of a bundle have one order.", at: zip.offset)
            }
            next.removeFirst()
            try zip.beginEntry(
                following.rawValue, modified: DOSTime(unixSeconds: createdAt.seconds), compression: compression,
                into: &output)
            open = OpenEntry(entry: following, digest: try SHA256Stream())
        }
    }

    private mutating func write(_ bytes: ByteBuffer, rows: Int64, into output: inout ByteBuffer) throws {
        guard var entry = open.take() else { return }
        try bytes.withUnsafeReadableBytes { try entry.digest.update($0) }
        entry.rows += rows
        entry.bytes += Int64(bytes.readableBytes)
        open = consume entry
        try zip.write(bytes, into: &output)
    }

    private mutating func endEntry(into output: inout ByteBuffer) throws {
        guard var entry = open.take() else { return }
        try zip.endEntry(into: &output)
        finished.append(
            BundleManifest.Entry(
                name: entry.entry.rawValue, rows: entry.rows, bytes: entry.bytes,
                sha256: try entry.digest.finish().hexadecimal))
    }
}
