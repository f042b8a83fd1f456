import Domain
import Kernel
import PostgresClient

/// Making and ending grants (decision 13).
extension PostgresEngine {
    /// Makes `spaces` those that the user may read, with that access, unless a younger answer was granted before.
    func grant(
        _ spaces: [SpaceID: SpaceAccess], to user: UserID, askedBefore age: Duration
    ) async throws(StoreError) -> Bool {
        let began = time.elapsed
        let (results, wasUnsure) = try await transaction { [self] () throws(PostgresError) in
            // An attempt that failed made the answer older.
            let age = age + (time.elapsed - began)
            var parameters = PostgresParameters()
            try parameters.append(optional: role)
            try parameters.append(user.text)
            parameters.append(ScopeLocks.key(of: user))
            var names = try PostgresArray(of: .text)
            var keys = try PostgresArray(of: .int8)
            var areWritable = try PostgresArray(of: .bool)
            for (space, access) in spaces {
                try names.append(space.text)
                keys.append(ScopeLocks.key(of: space))
                areWritable.append(access == .readWrite)
            }
            for column in [names, keys, areWritable] { parameters.append(column) }
            if let wallClock { parameters.append(wallClock.microseconds) } else { parameters.appendNull(.int8) }
            parameters.append(max(0, age.microseconds))
            return [
                PostgresStatement(
                    """
                    SELECT changed FROM sync_grant_spaces($1, $2, $3, $4, $5, $6, $7, $8, '\(TransactionLimits.lock)', \
                    '\(TransactionLimits.statement)')
                    """, parameters)
            ]
        }
        // An earlier attempt that went in unnoticed may have been the one that changed something.
        let hasChanged = results[0].boolean(0, 0) == true || wasUnsure
        if hasChanged { notices.post(grantsOf: user) }
        return hasChanged
    }

    /// The spaces that the user may read now.
    func grantedSpaces(of user: UserID) async throws(StoreError) -> Set<SpaceID> {
        let result = try await read(as: user) { () throws(PostgresError) in
            [
                PostgresStatement(
                    "SELECT space_id FROM sync_space_grants WHERE user_id = $1 AND ended_at IS NULL",
                    try Self.parameters(user))
            ]
        }
        return Set((0..<result.rowCount).compactMap { result.string($0, 0).map { SpaceID($0) } })
    }

    /// The answer that the user's grants are of; nil where there is none, or it is from the future.
    func lastAnswer(about user: UserID) async throws(StoreError) -> GrantedAnswer? {
        let result = try await read(as: user) { [self] () throws(PostgresError) in
            var parameters = try Self.parameters(user)
            if let wallClock { parameters.append(wallClock.microseconds) } else { parameters.appendNull(.int8) }
            return [
                PostgresStatement(
                    """
                    SELECT coalesce($2, (extract(epoch FROM clock_timestamp()) * 1000000)::bigint) - asked_at, \
                    ARRAY(SELECT space_id FROM sync_space_grants WHERE user_id = $1 AND ended_at IS NULL AND may_write) \
                    FROM sync_space_memberships WHERE user_id = $1
                    """, parameters)
            ]
        }
        guard result.rowCount == 1, let age = result.integer(0, 0), age >= 0 else { return nil }
        let writable = Set((result.texts(0, 1) ?? []).compactMap { $0.map { SpaceID($0) } })
        return GrantedAnswer(age: .microseconds(age), writableSpaces: writable)
    }

    /// The tables that have rows of those of `spaces` which the user may read.
    func tables(of spaces: Set<SpaceID>, readBy user: UserID) async throws(StoreError) -> [AppID: Set<TableName>] {
        let result = try await read(as: user) { () throws(PostgresError) in
            var parameters = try Self.parameters(user)
            var names = try PostgresArray(of: .text)
            for space in spaces { try names.append(space.text) }
            parameters.append(names)
            return [
                PostgresStatement(
                    """
                    SELECT set_config('app.current_user_space_ids', coalesce(json_agg(space_id), '[]')::text, true) \
                    FROM sync_space_grants WHERE user_id = $1 AND ended_at IS NULL AND space_id = ANY ($2)
                    """, parameters),
                PostgresStatement(Self.tablesOfSpaces),
            ]
        }
        var tables: [AppID: Set<TableName>] = [:]
        for row in 0..<result.rowCount {
            guard let app = result.string(row, 0).flatMap({ AppID($0) }), let table = result.string(row, 1) else {
                continue
            }
            tables[app, default: []].insert(TableName(table))
        }
        return tables
    }

    /// The tables of the spaces that the transaction names.
    static let tablesOfSpaces = """
        SELECT DISTINCT app_id, table_name FROM sync_changes WHERE space_id = ANY (ARRAY(\
        SELECT json_array_elements_text(current_setting('app.current_user_space_ids')::json)))
        """

    private static func parameters(_ user: UserID) throws(PostgresError) -> PostgresParameters {
        var parameters = PostgresParameters()
        try parameters.append(user.text)
        return parameters
    }

    /// The result of the last of `statements`, which see what the user may see.
    private func read(
        as user: UserID, _ statements: @Sendable () throws(PostgresError) -> [PostgresStatement]
    ) async throws(StoreError) -> PostgresResult {
        let (results, _) = try await transaction { [role] () throws(PostgresError) in
            var login = PostgresParameters()
            try login.append(optional: role)
            try login.append(user.text)
            let enter = PostgresStatement(
                "SELECT sync_enter($1, $2, '', '\(TransactionLimits.lock)', '\(TransactionLimits.statement)')", login)
            return [enter] + (try statements())
        }
        return results[results.count - 1]
    }
}
