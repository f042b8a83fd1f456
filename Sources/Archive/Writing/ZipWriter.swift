public import NIOCore

/// Writes a zip archive as a stream: nothing that has been written is ever changed, and no content is kept (APPNOTE.TXT 6.3.10).
///
///     var writer = ZipWriter()
///     try writer.beginEntry("events.jsonl", modified: time, compression: .fast, into: &output)
///     try writer.write(lines, into: &output)
///     try writer.endEntry(into: &output)
///     try writer.finish(into: &output)
///
/// Each call appends to a buffer what can be written by now; all that was appended, in order, is the archive. It is whole only after
/// ``finish(into:)``: whoever stops before has no central directory, and no reader takes that for an archive. The same calls with the same
/// times and one version of zlib give the same bytes.
///
/// Sizes and checksums follow the data (section 4.3.9). Zip64 is used where a number does not fit and nowhere else, so that small
/// archives are plain to the simplest reader. Memory: one compressor of 256 KiB, and one central header for each entry.
///
/// Compression takes processor time in proportion to the bytes: not on an event loop. After an error the writer is of no further use.
public struct ZipWriter: ~Copyable, Sendable {
    private enum State {
        case betweenEntries
        case inEntry(EntryWriting)
        case finished
    }

    private let threshold: Zip64Threshold
    private var state = State.betweenEntries
    private var headers: [CentralHeader] = []
    private var paths: Set<[UInt8]> = []

    /// How many bytes have been written.
    public private(set) var offset: UInt64 = 0

    /// A writer of an archive that begins with its first entry.
    public init() {
        self.init(threshold: Zip64Threshold())
    }

    init(threshold: Zip64Threshold) {
        self.threshold = threshold
    }

    /// Begins an entry.
    ///
    /// - Parameters:
    ///   - name: The name, a relative path. What ``ZipReader`` refuses is refused here too, and so is a second entry of that name.
    ///   - modified: When it was modified.
    /// - Throws: ``ArchiveError`` with `unsafeName`, `nameTooLong`, `duplicateName`, `outOfMemory`, or `outOfOrder` within an entry and after
    ///   the end.
    public mutating func beginEntry(
        _ name: String, modified: DOSTime, compression: ZipCompression = .dense, into output: inout ByteBuffer
    ) throws(ArchiveError) {
        guard case .betweenEntries = state else { throw outOfOrder("An entry cannot begin here.") }
        let name = try EntryName(checking: Array(name.utf8), isUTF8: true, at: offset)
        guard name.bytes.count <= UInt16.max else {
            throw ArchiveError(.nameTooLong, "An entry's name is longer than \(UInt16.max) bytes.", at: offset)
        }
        guard paths.insert(name.path).inserted else {
            throw ArchiveError(.duplicateName, "Two entries have the same name.", at: offset)
        }
        let header = LocalHeader(
            flags: [.hasDescriptor, .utf8], method: compression.method, modified: modified, name: name)
        let entry = try EntryWriting(header, compression: compression, at: offset)
        append(to: &output) { header.write(into: &$0) }
        state = .inEntry(entry)
    }

    /// Writes the next bytes of the entry's content, however many.
    ///
    /// - Throws: ``ArchiveError`` with `outOfOrder` outside of an entry.
    public mutating func write(_ bytes: UnsafeRawBufferPointer, into output: inout ByteBuffer) throws(ArchiveError) {
        guard case .inEntry(var entry) = state else { throw outOfOrder("Content needs an entry.") }
        append(to: &output) { entry.write(bytes, into: &$0) }
        state = .inEntry(entry)
    }

    /// Writes the readable bytes of `bytes` as the next of the entry's content.
    ///
    /// - Throws: ``ArchiveError`` with `outOfOrder` outside of an entry.
    public mutating func write(_ bytes: ByteBuffer, into output: inout ByteBuffer) throws(ArchiveError) {
        guard case .inEntry(var entry) = state else { throw outOfOrder("Content needs an entry.") }
        append(to: &output) { output in
            bytes.withUnsafeReadableBytes { entry.write($0, into: &output) }
        }
        state = .inEntry(entry)
    }

    /// Ends the entry.
    ///
    /// - Throws: ``ArchiveError`` with `outOfOrder` outside of an entry.
    @discardableResult
    public mutating func endEntry(into output: inout ByteBuffer) throws(ArchiveError) -> ZipEntrySummary {
        guard case .inEntry(var entry) = state else { throw outOfOrder("There is no entry to end.") }
        let threshold = threshold
        append(to: &output) { entry.finish(threshold, into: &$0) }
        headers.append(entry.centralHeader)
        state = .betweenEntries
        return ZipEntrySummary(name: entry.centralHeader.name.text, entry.centralHeader.descriptor)
    }

    /// Writes the central directory: the archive is then complete.
    ///
    /// - Throws: ``ArchiveError`` with `outOfOrder` within an entry and after the end.
    public mutating func finish(into output: inout ByteBuffer) throws(ArchiveError) {
        guard case .betweenEntries = state else { throw outOfOrder("The archive cannot end here.") }
        let (headers, threshold, start) = (headers, threshold, offset)
        append(to: &output) { output in
            for header in headers { header.write(threshold, into: &output) }
        }
        let end = DirectoryEnd(count: UInt64(headers.count), size: offset - start, offset: start)
        append(to: &output) { end.write(threshold, into: &$0) }
        state = .finished
    }

    private mutating func append(to output: inout ByteBuffer, _ write: (inout ByteBuffer) -> Void) {
        let before = output.readableBytes
        write(&output)
        offset += UInt64(output.readableBytes - before)
    }

    private func outOfOrder(_ message: String) -> ArchiveError {
        ArchiveError(.outOfOrder, message, at: offset)
    }
}
