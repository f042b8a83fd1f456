import JSONScanner

/// Why a push's body was refused as a whole: the client's fault, a 400 (spec: protocol.md).
///
/// The detail says what is wrong and where, by path or byte offset. Of the body it holds the name of a field at most, never a value, so it is
/// safe to answer with and to log.
struct ChangesetError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The stable codes that clients see.
    enum Code: String, Sendable, CaseIterable {
        /// The body is no valid UTF-8, no valid JSON, or deeper than 512 levels. The detail has the byte offset.
        case invalidJSON = "invalid_json"
        /// The body is JSON, but not of a changeset's shape.
        case invalidChangeset = "invalid_changeset"
        /// A change is against the protocol's rules; the detail has its index. Also a `clientId` that is no name.
        case invalidChange = "invalid_change"
        /// The changeset or a change has a schema version above the newest known one.
        case unsupportedSchemaVersion = "unsupported_schema_version"
        /// `since` is no RFC 3339 timestamp.
        case invalidCursor = "invalid_cursor"
    }

    /// The stable code.
    let code: Code
    /// A sentence for people, safe to show.
    let detail: String

    /// An error of its parts.
    init(_ code: Code, _ detail: String) {
        self.code = code
        self.detail = detail
    }

    /// What a body that is no JSON is refused with.
    init(_ error: JSONScanError) {
        self.init(.invalidJSON, "The body is no valid JSON: \(error).")
    }

    var description: String { "\(code.rawValue): \(detail)" }
}

/// What is wrong with one change.
enum ChangeFault: Error, Equatable, Sendable {
    case notAnObject
    case table, record, operation, eventID, origin, deletedAt, fields
    case schemaVersion, unsupportedSchemaVersion
    /// The space's place within the change: `spaceId`, `data.spaceId`, …
    case space(String)
    case fieldName(Int)
    /// The field's index and its name.
    case fieldTimestamp(Int, String)

    /// The error to answer with, for the change at `index` of the changeset: it begins with the path of what is wrong, as
    /// `changes[3].fields.title`.
    func error(at index: Int) -> ChangesetError {
        let code: ChangesetError.Code =
            self == .unsupportedSchemaVersion ? .unsupportedSchemaVersion : .invalidChange
        return ChangesetError(code, "changes[\(index)]\(explanation).")
    }

    private var explanation: String {
        let name = "of at most 512 bytes, without U+0000 and lone surrogates"
        switch self {
        case .notAnObject: return " must be an object"
        case .table: return ".table must be a non-empty string \(name)"
        case .record: return ".id must be a non-empty string \(name)"
        case .operation: return ".op must be insert, update or delete"
        case .eventID: return ".eventId must be a UUID"
        case .space(let place): return ".\(place) must be a string \(name)"
        case .origin: return ".origin must be a string \(name)"
        case .deletedAt: return ".deletedAt must be an RFC 3339 timestamp"
        case .fields: return ".fields must be an object"
        case .schemaVersion: return ".schemaVersion must be an integer"
        case .unsupportedSchemaVersion:
            return ".schemaVersion is above \(Changeset.newestSchemaVersion), the newest that this server knows"
        case .fieldName(let index): return ".fields: the name of field \(index) must be a string \(name)"
        case .fieldTimestamp(let index, let name):
            return
                ".fields\(Self.step(to: name)) (field \(index)) must be an object with an RFC 3339 timestamp as updatedAt or at"
        }
    }

    /// How many characters of a field's name are shown.
    private static let shownLength = 64

    /// `.title`, or `["due date"]` for what is no identifier.
    private static func step(to name: String) -> String {
        let isIdentifier = name.utf8.allSatisfy { byte in
            (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
                || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || byte == UInt8(ascii: "_")
        }
        guard name.unicodeScalars.count <= shownLength else {
            return step(quoting: name.unicodeScalars.prefix(shownLength).map(String.init).joined() + "…")
        }
        return isIdentifier && !name.isEmpty ? ".\(name)" : step(quoting: name)
    }

    private static func step(quoting name: String) -> String {
        var token: [UInt8] = []
        JSONStringToken.append(name, to: &token)
        return "[\(String(decoding: token, as: UTF8.self))]"
    }
}
