/// Why an archive was refused or could not be written, and where.
///
/// The message holds nothing of the archive's content, names included, so it is safe to log and to answer with.
public struct ArchiveError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The reasons. The raw values are stable.
    public enum Code: String, Equatable, Sendable, CaseIterable {
        /// The bytes end before the archive does.
        case truncated
        /// The first bytes begin no archive.
        case notAnArchive = "not_an_archive"
        /// Something stands where the format has something else.
        case unexpectedRecord = "unexpected_record"
        /// Bytes follow the end of the archive.
        case trailingBytes = "trailing_bytes"
        /// A name that could lead out of a directory, or that means different things to different systems.
        case unsafeName = "unsafe_name"
        /// A name longer than the limit.
        case nameTooLong = "name_too_long"
        /// Two entries of one name.
        case duplicateName = "duplicate_name"
        /// An entry is encrypted.
        case encrypted
        /// A compression method, a flag, a version or a form of archive that this library does not read.
        case unsupported
        /// An extra field that cannot be read, or contradicts its header.
        case invalidExtraField = "invalid_extra_field"
        /// The compressed data is no deflate stream (RFC 1951).
        case damagedData = "damaged_data"
        /// The content does not have the CRC-32 that is stated.
        case checksumMismatch = "checksum_mismatch"
        /// The content does not have the size that is stated.
        case sizeMismatch = "size_mismatch"
        /// The central directory says something else than what came before it.
        case directoryMismatch = "directory_mismatch"
        /// More entries than the limit.
        case tooManyEntries = "too_many_entries"
        /// An entry whose content is larger than the limit.
        case entryTooLarge = "entry_too_large"
        /// The contents of all entries together are larger than the limit.
        case archiveTooLarge = "archive_too_large"
        /// Content that is larger than its compressed form by more than the limit.
        case ratioTooHigh = "ratio_too_high"
        /// The caller's steps came in an order that makes no archive: a fault of the program, never of an archive.
        case outOfOrder = "out_of_order"
        /// zlib got no memory.
        case outOfMemory = "out_of_memory"
    }

    /// Why.
    public let code: Code
    /// One sentence for people.
    public let message: String
    /// The place in bytes from the archive's start: of the record or the data at fault.
    public let offset: UInt64

    /// An error of its parts.
    public init(_ code: Code, _ message: String, at offset: UInt64) {
        self.code = code
        self.message = message
        self.offset = offset
    }

    /// The code, the message and the place.
    public var description: String { "\(code.rawValue) at byte \(offset): \(message)" }
}
