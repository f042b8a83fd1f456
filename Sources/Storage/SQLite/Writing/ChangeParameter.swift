import Domain
import StorageShared

/// The columns that a change has in the log and in the quarantine alike, by the number of their parameter.
enum ChangeParameter: Int32, CaseIterable {
    case user = 1
    case app, client, table, record, space, operation, data, timestamps, values, deletedAt, members
    case schemaVersion, actor, origin

    static var count: Int32 { Int32(allCases.count) }

    /// The columns' names in the order of their parameters.
    static var columns: String { allCases.map(\.column).joined(separator: ", ") }

    /// `?1, ?2, …`
    static var placeholders: String { allCases.map { "?\($0.rawValue)" }.joined(separator: ", ") }

    private var column: String {
        switch self {
        case .user: "user_id"
        case .app: "app_id"
        case .client: "client_id"
        case .table: "table_name"
        case .record: "record_id"
        case .space: "space_id"
        case .operation: "op"
        case .data: "data"
        case .timestamps: "field_timestamps"
        case .values: "field_values"
        case .deletedAt: "deleted_at"
        case .members: "members"
        case .schemaVersion: "schema_version"
        case .actor: "actor"
        case .origin: "origin"
        }
    }
}

extension SQLiteStatement {
    /// Binds what all changes of a push have in common; it stays bound for each of them.
    func bindAuthor(of push: Push) throws(StoreError) {
        try bind(ChangeParameter.user.rawValue, push.user.text)
        try bind(ChangeParameter.app.rawValue, push.app.text)
        try bind(ChangeParameter.client.rawValue, push.client?.text ?? "")
    }

    /// Binds a change, its payload's members in the columns where any server of this log looks for them.
    func bind(_ change: PushedChange) throws(StoreError) {
        let payload = change.payload
        try bind(ChangeParameter.table.rawValue, change.table.text)
        try bind(ChangeParameter.record.rawValue, change.record.text)
        try bind(ChangeParameter.space.rawValue, change.space?.text)
        try bind(ChangeParameter.operation.rawValue, change.operation.rawValue)
        try bind(ChangeParameter.data.rawValue, payload.storedData)
        try bind(ChangeParameter.timestamps.rawValue, payload.storedTimestamps)
        try bind(ChangeParameter.values.rawValue, payload.storedValues)
        try bind(ChangeParameter.deletedAt.rawValue, payload.deletedAt)
        try bind(ChangeParameter.members.rawValue, Int64(PayloadMembers(of: payload).rawValue))
        try bind(ChangeParameter.schemaVersion.rawValue, Int64(change.schemaVersion))
        try bind(ChangeParameter.actor.rawValue, payload.actor)
        try bind(ChangeParameter.origin.rawValue, change.origin)
    }
}
