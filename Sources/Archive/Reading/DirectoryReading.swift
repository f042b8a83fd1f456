import NIOCore

/// Reads the central directory and its end, and holds them against the entries that were read.
struct DirectoryReading: Sendable {
    private enum Position {
        case headers
        case zip64Locator(at: UInt64)
        case end
    }

    private let entries: [CentralHeader]
    private let indices: [UInt64: Int]
    private let start: UInt64
    private var position = Position.headers
    private var listed: Set<Int> = []
    /// What its end must say.
    private var expected: DirectoryEnd
    private var hasZip64 = false

    /// A directory of `entries` that begins at `offset`.
    init(of entries: [CentralHeader], at offset: UInt64) {
        self.entries = entries
        indices = Dictionary(uniqueKeysWithValues: entries.indices.map { (entries[$0].offset, $0) })
        start = offset
        expected = DirectoryEnd(count: UInt64(entries.count), size: 0, offset: offset)
    }

    /// Reads as much as there is.
    ///
    /// - Returns: Whether the archive is complete.
    mutating func advance(_ input: inout InputQueue, longestName: Int) throws(ArchiveError) -> Bool {
        while let signature = input.peekSignature() {
            let place = input.offset
            switch (position, signature) {
            case (.headers, Signature.centralHeader):
                guard
                    let header = try input.take({ (bytes) throws(ArchiveError) in
                        try CentralHeader(reading: &bytes, longestName: longestName, at: place)
                    })
                else { return false }
                try list(header, at: place)
            case (.headers, Signature.zip64End):
                try endOfHeaders(at: place)
                guard
                    let end = try input.take({ (bytes) throws(ArchiveError) in
                        try DirectoryEnd(readingZip64: &bytes, at: place)
                    })
                else { return false }
                guard end == expected else { throw Self.mismatch("The zip64 end of the directory", at: place) }
                hasZip64 = true
                position = .zip64Locator(at: place)
            case (.zip64Locator(let record), Signature.zip64Locator):
                guard
                    let stated = try input.take({ (bytes) throws(ArchiveError) in
                        try DirectoryEnd.zip64Place(readingLocator: &bytes, at: place)
                    })
                else { return false }
                guard stated == record else { throw Self.mismatch("The zip64 locator", at: place) }
                position = .end
            case (.headers, Signature.end), (.end, Signature.end):
                try endOfHeaders(at: place)
                guard
                    let end = try input.take({ (bytes) throws(ArchiveError) in
                        try ClassicDirectoryEnd(reading: &bytes, at: place)
                    })
                else { return false }
                guard end.agrees(with: expected, hasZip64: hasZip64) else {
                    throw Self.mismatch("The end of the directory", at: place)
                }
                return true
            default:
                throw ArchiveError(
                    .unexpectedRecord, "Something stands in the central directory that does not belong there.",
                    at: place)
            }
        }
        return false
    }

    /// Finds the entry that a header means, which must be as the header says.
    private mutating func list(_ header: CentralHeader, at place: UInt64) throws(ArchiveError) {
        guard let index = indices[header.offset], listed.insert(index).inserted else {
            throw ArchiveError(
                .directoryMismatch, "The directory lists an entry that is not there, or one twice.", at: place)
        }
        let entry = entries[index]
        guard header.name == entry.name, header.descriptor == entry.descriptor, header.method == entry.method,
            header.modified == entry.modified,
            header.flags.symmetricDifference(entry.flags).isSubset(of: .compressionEffort)
        else { throw Self.mismatch("The directory's header of an entry", at: place) }
    }

    /// Checks, once, that all entries were listed, and notes how large the headers are.
    private mutating func endOfHeaders(at place: UInt64) throws(ArchiveError) {
        guard case .headers = position else { return }
        guard listed.count == entries.count else {
            throw ArchiveError(.directoryMismatch, "The directory does not list all entries.", at: place)
        }
        expected.size = place - start
    }

    private static func mismatch(_ what: String, at place: UInt64) -> ArchiveError {
        ArchiveError(.directoryMismatch, "\(what) contradicts what was read.", at: place)
    }
}
