/// What a log is made of, as a backup takes it and a restore brings it back: the same on every engine (spec: backup.md, "Backup runs").
///
/// A table's columns have one order, in which ``LogRecord/values`` have their values. Names and columns are only ever added, at the end.
public enum LogTable: String, CaseIterable, Sendable {
    /// The changes, in the clock's order.
    case changes
    /// The quarantined changes, in the order in which they came.
    case quarantine
    /// When the spaces of each user were last asked for.
    case memberships
    /// The spaces that are granted to users, in the order in which they were.
    case grants
    /// How far each app's part of a space has been inherited through a grant.
    case inheritance
    /// The places at which members inherited changes that are older than their grants.
    case inherited

    /// The columns.
    public var columns: [LogColumn] {
        switch self {
        case .changes: Self.changeColumns
        case .quarantine: Self.quarantineColumns
        case .memberships: Self.membershipColumns
        case .grants: Self.grantColumns
        case .inheritance: Self.inheritanceColumns
        case .inherited: Self.inheritedColumns
        }
    }

    /// Where a column is; nil if the table has none of the name.
    public func index(of name: String) -> Int? {
        columns.firstIndex { $0.name == name }
    }

    private static let changeColumns = [
        LogColumn("eventId", "id", .uuid), LogColumn("schemaVersion", "schema_version", .integer),
        LogColumn("appId", "app_id", .text), LogColumn("table", "table_name", .text),
        LogColumn("id", "record_id", .text), LogColumn("op", "op", .text),
        LogColumn("data", "data", .json, isOptional: true), LogColumn("fieldTimestamps", "field_timestamps", .json),
        LogColumn("fieldValues", "field_values", .json, isOptional: true),
        LogColumn("deletedAt", "deleted_at", .text, isOptional: true),
        LogColumn("members", "members", .integer, isOptional: true), LogColumn("clientId", "client_id", .text),
        LogColumn("importedClientId", "imported_client_id", .text, isOptional: true),
        LogColumn("createdAt", "created_at", .time), LogColumn("spaceId", "space_id", .text, isOptional: true),
        LogColumn("actor", "actor", .json, isOptional: true), LogColumn("origin", "origin", .text, isOptional: true),
        LogColumn("userId", "user_id", .text),
    ]

    private static let quarantineColumns = [
        LogColumn("eventId", "event_id", .uuid, isOptional: true),
        LogColumn("schemaVersion", "schema_version", .integer), LogColumn("appId", "app_id", .text),
        LogColumn("table", "table_name", .text), LogColumn("id", "record_id", .text), LogColumn("op", "op", .text),
        LogColumn("data", "data", .json, isOptional: true), LogColumn("fieldTimestamps", "field_timestamps", .json),
        LogColumn("fieldValues", "field_values", .json, isOptional: true),
        LogColumn("deletedAt", "deleted_at", .text, isOptional: true), LogColumn("members", "members", .integer),
        LogColumn("clientId", "client_id", .text), LogColumn("createdAt", "quarantined_at", .time),
        LogColumn("spaceId", "space_id", .text, isOptional: true),
        LogColumn("actor", "actor", .json, isOptional: true), LogColumn("origin", "origin", .text, isOptional: true),
        LogColumn("userId", "user_id", .text), LogColumn("reason", "reason", .text),
        LogColumn("digest", "digest", .uuid), LogColumn("content", "content", .uuid, isOptional: true),
    ]

    private static let membershipColumns = [
        LogColumn("userId", "user_id", .text), LogColumn("askedAt", "asked_at", .integer),
    ]

    /// `mayWrite` is 0 or 1; null where it is not known, and in bundles that are older than the column.
    private static let grantColumns = [
        LogColumn("userId", "user_id", .text), LogColumn("spaceId", "space_id", .text),
        LogColumn("joinedAt", "joined_at", .time), LogColumn("inheritedTo", "inherited_to", .time),
        LogColumn("mayWrite", "may_write", .integer, isOptional: true),
    ]

    /// `through` is the last change of those that are there which the inheritance came by; null before the first.
    private static let inheritanceColumns = [
        LogColumn("userId", "user_id", .text), LogColumn("spaceId", "space_id", .text),
        LogColumn("appId", "app_id", .text), LogColumn("through", "through", .uuid, isOptional: true),
        LogColumn("isComplete", "is_complete", .integer),
    ]

    private static let inheritedColumns = [
        LogColumn("userId", "user_id", .text), LogColumn("spaceId", "space_id", .text),
        LogColumn("appId", "app_id", .text), LogColumn("place", "place", .time),
        LogColumn("eventId", "change_id", .uuid),
    ]
}

/// A column of a table of the log.
public struct LogColumn: Hashable, Sendable {
    /// What a column's values are.
    public enum Kind: String, Sendable {
        /// A whole number of 64 bits.
        case integer
        /// An instant, as a number of microseconds since 1970.
        case time
        /// UTF-8.
        case text
        /// JSON, kept byte for byte.
        case json
        /// 16 bytes.
        case uuid
    }

    /// What backups call it; where an event line of an export has it too, it is called the same there.
    public let name: String
    /// What the engines call it.
    public let storedName: String
    /// What its values are.
    public let kind: Kind
    /// Whether it may be null.
    public let isOptional: Bool

    init(_ name: String, _ storedName: String, _ kind: Kind, isOptional: Bool = false) {
        self.name = name
        self.storedName = storedName
        self.kind = kind
        self.isOptional = isOptional
    }
}
