import JSONScanner

/// The members of an event line. Names are only ever added (spec: backup.md).
enum LineMember: String, CaseIterable {
    case eventID = "eventId"
    case schemaVersion
    case app = "appId"
    case table
    case record = "id"
    case operation = "op"
    /// The pushed data, else the fields' values, else `{"deletedAt":…}`.
    case data
    /// The timestamps of the fields by name.
    case fieldTimestamps
    /// The fields' values where `data` holds other data.
    case fieldValues
    /// When it was deleted, where `payload` says so.
    case deletedAt
    /// Which of `data`, `fields` and `deletedAt` were pushed. Without it the operation tells: an insert has data, an update fields, a delete
    /// `deletedAt`. Only where that would be wrong is it written.
    case payload
    case client = "clientId"
    case createdAt
    case space = "spaceId"
    case actor
    case origin
    /// The author, in archives that are not of one user.
    case user = "userId"
    /// Why a change is in the quarantine.
    case reason

    /// The member of a name; nil for one that is not known.
    init?(_ name: JSONSlice, in bytes: UnsafeRawBufferPointer) {
        guard let text = name.string(in: bytes) else { return nil }
        self.init(rawValue: text)
    }
}

/// Which payload members a change was pushed with.
struct PushedMembers: OptionSet {
    let rawValue: UInt8

    static let data = PushedMembers(rawValue: 1 << 0)
    static let fields = PushedMembers(rawValue: 1 << 1)
    static let deletedAt = PushedMembers(rawValue: 1 << 2)
    /// One that this server does not know.
    static let unknown = PushedMembers(rawValue: 1 << 3)

    /// All with their names, in the order in which they are written.
    static let named: [(member: PushedMembers, name: StaticString)] = [
        (.data, "data"), (.fields, "fields"), (.deletedAt, "deletedAt"),
    ]
}
