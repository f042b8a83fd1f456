public import Archive

/// Why a `.mana` archive was refused (spec: backup.md, "A user's import").
public struct ManaError: Error, Sendable, CustomStringConvertible {
    /// The reasons. The raw values are stable and may be shown to clients.
    public enum Code: String, Equatable, Sendable, CaseIterable {
        /// The archive is no sound zip archive, lacks an entry or has one too many, or an event in it is malformed.
        case invalidArchive = "invalid_archive"
        /// A format or schema version that is newer than what this server knows.
        case unsupportedVersion = "unsupported_version"
        /// The events are not those that the manifest counts and hashes.
        case contentMismatch = "content_mismatch"
        /// The digest could not be computed: a fault of the machine, not of the archive.
        case unavailable
    }

    /// Where in an archive.
    public enum Place: Equatable, Sendable, CustomStringConvertible {
        /// The archive as a whole.
        case archive
        /// A byte of the archive, counted from 0.
        case byte(UInt64)
        /// A line of an entry, counted from 1.
        case line(Int, of: ManaEntry)
        /// An entry.
        case entry(ManaEntry)

        public var description: String {
            switch self {
            case .archive: "the archive"
            case .byte(let offset): "byte \(offset)"
            case .line(let line, let entry): "line \(line) of \(entry.rawValue)"
            case .entry(let entry): entry.rawValue
            }
        }
    }

    /// Why.
    public let code: Code
    /// One sentence for people, without anything of the archive's content.
    public let message: String
    /// Where.
    public let place: Place
    /// What the archive's reader said, if it was that which refused.
    public let cause: ArchiveError?

    init(_ code: Code, _ message: String, in place: Place, cause: ArchiveError? = nil) {
        self.code = code
        self.message = message
        self.place = place
        self.cause = cause
    }

    init(_ cause: ArchiveError) {
        self.init(.invalidArchive, cause.message, in: .byte(cause.offset), cause: cause)
    }

    /// The code, the message and the place.
    public var description: String { "\(code.rawValue) in \(place): \(message)" }
}

/// The entries of a `.mana` archive (spec: backup.md, "A user's export").
public enum ManaEntry: String, Sendable, CaseIterable {
    /// The events in commit order, one a line.
    case events = "events.jsonl"
    /// The quarantined changes, one a line; only if there are any.
    case quarantine = "quarantine.jsonl"
    /// What is in the archive.
    case manifest = "manifest.json"
}
