public import NIOCore

/// What a reader comes upon, in the order of the archive's bytes.
public enum ZipEvent: Equatable, Sendable {
    /// An entry begins.
    case entry(ZipEntry)
    /// The next bytes of its content, not yet checked; at least one, and 64 KiB at most.
    case content(ByteBuffer)
    /// The entry ends: checksum and sizes are right.
    case endOfEntry(ZipEntrySummary)
    /// The archive ends: the central directory says of all entries what they are. The value is their number.
    case endOfArchive(entries: Int)
}

/// Reads a zip archive as a stream, strictly: one that is anything but whole and unambiguous is refused (APPNOTE.TXT 6.3.10).
///
///     var reader = ZipReader(limits: limits)
///     for try await chunk in body {
///         try reader.append(chunk)
///         while let event = try reader.next() { … }
///     }
///     try reader.endOfInput()
///
/// Entries lie one behind the other from the first byte to the central directory, which lists exactly these; nothing stands between, before
/// or after. Stored and deflated entries are read, with sizes before or behind the data, and zip64. Encryption, archives of several parts,
/// symbolic links, unsafe and repeated names are refused. Times, attributes, comments and unknown extra fields mean nothing here.
///
/// Any division of the bytes into chunks gives the same content. Memory: the chunks that were not read yet, 64 KiB of content, and the
/// headers of the entries so far. Trust nothing that has been read before ``ZipEvent/endOfArchive(entries:)`` came. After an error the
/// reader is of no further use.
///
/// Inflating takes processor time in proportion to the bytes: not on an event loop.
public struct ZipReader: ~Copyable, Sendable {
    private enum State {
        case betweenEntries
        case inContent(EntryReading)
        case behindContent(EntryReading)
        case inDirectory(DirectoryReading)
        case finished
    }

    private let limits: ZipLimits
    private let threshold: Zip64Threshold
    private var input = InputQueue()
    private var state = State.betweenEntries
    private var entries: [CentralHeader] = []
    private var paths: Set<[UInt8]> = []
    private var totalSize: UInt64 = 0

    /// A reader at the start of an archive.
    public init(limits: ZipLimits = ZipLimits()) {
        self.init(limits: limits, threshold: Zip64Threshold())
    }

    init(limits: ZipLimits, threshold: Zip64Threshold) {
        self.limits = limits
        self.threshold = threshold
    }

    /// Hands over the archive's next bytes. Read all events before more are handed over, or they pile up.
    public mutating func append(_ bytes: ByteBuffer) {
        input.append(bytes)
    }

    /// The next event, or nil if it needs more bytes.
    ///
    /// - Throws: ``ArchiveError``.
    public mutating func next() throws(ArchiveError) -> ZipEvent? {
        while true {
            switch state {
            case .betweenEntries:
                guard let event = try nextEntry() else {
                    guard case .inDirectory = state else { return nil }
                    continue
                }
                return event
            case .inContent(var entry):
                let content = try entry.nextContent(&input, limits, total: totalSize)
                totalSize += UInt64(content?.readableBytes ?? 0)
                state = entry.isComplete ? .behindContent(entry) : .inContent(entry)
                if let content { return .content(content) }
                guard entry.isComplete else { return nil }
            case .behindContent(let entry):
                guard let header = try entry.finish(&input) else { return nil }
                entries.append(header)
                state = .betweenEntries
                return .endOfEntry(ZipEntrySummary(name: header.name.text, header.descriptor))
            case .inDirectory(var directory):
                let isComplete = try directory.advance(&input, longestName: limits.nameLength)
                state = isComplete ? .finished : .inDirectory(directory)
                return isComplete ? .endOfArchive(entries: entries.count) : nil
            case .finished:
                guard input.isEmpty else {
                    throw ArchiveError(.trailingBytes, "Bytes follow the end of the archive.", at: input.offset)
                }
                return nil
            }
        }
    }

    /// Says that no more bytes will come.
    ///
    /// - Throws: ``ArchiveError`` if the archive is not complete; `outOfOrder` if there are events left to read.
    public mutating func endOfInput() throws(ArchiveError) {
        guard try next() == nil else {
            throw ArchiveError(.outOfOrder, "Not everything was read before the end.", at: input.offset)
        }
        let place: String
        switch state {
        case .finished: return
        case .betweenEntries where input.offset == 0 && input.isEmpty: place = "before its first entry"
        case .betweenEntries: place = "before its central directory, or within a local header"
        case .inContent: place = "within the data of an entry"
        case .behindContent: place = "within what follows the data of an entry"
        case .inDirectory: place = "within its central directory"
        }
        throw ArchiveError(.truncated, "The archive ends \(place).", at: input.end)
    }

    /// The next entry; nil with the state changed where the directory begins instead, and with the same state where bytes are missing.
    private mutating func nextEntry() throws(ArchiveError) -> ZipEvent? {
        let place = input.offset
        guard let signature = input.peekSignature() else { return nil }
        switch signature {
        case Signature.localHeader: break
        case Signature.centralHeader, Signature.zip64End, Signature.end:
            state = .inDirectory(DirectoryReading(of: entries, at: place))
            return nil
        default:
            throw place == 0
                ? ArchiveError(.notAnArchive, "This is no zip archive.", at: place)
                : ArchiveError(.unexpectedRecord, "Neither an entry nor the central directory is here.", at: place)
        }
        guard
            let header = try input.take({ (bytes) throws(ArchiveError) in
                try LocalHeader(reading: &bytes, longestName: limits.nameLength, at: place)
            })
        else { return nil }
        guard entries.count < limits.entries else {
            throw ArchiveError(.tooManyEntries, "There are more than \(limits.entries) entries.", at: place)
        }
        guard paths.insert(header.name.path).inserted else {
            throw ArchiveError(.duplicateName, "Two entries have the same name.", at: place)
        }
        state = .inContent(try EntryReading(header, at: place, threshold: threshold))
        return .entry(
            ZipEntry(name: header.name.text, method: header.method, modified: header.modified, offset: place))
    }
}
