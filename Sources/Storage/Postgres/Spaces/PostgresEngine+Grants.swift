import Domain
import Kernel
import PostgresClient

/// Making and ending grants (decision 13).
extension PostgresEngine {
    /// Makes `spaces` those that the user may read, unless a younger answer was granted before.
    func grant(_ spaces: Set<SpaceID>, to user: UserID, askedBefore age: Duration) async throws(StoreError) -> Bool {
        let (results, wasUnsure) = try await transaction { [self] () throws(PostgresError) in
            var parameters = PostgresParameters()
            try parameters.append(optional: role)
            try parameters.append(user.text)
            parameters.append(ScopeLocks.key(of: user))
            var names = try PostgresArray(of: .text)
            var keys = try PostgresArray(of: .int8)
            for space in spaces {
                try names.append(space.text)
                keys.append(ScopeLocks.key(of: space))
            }
            parameters.append(names)
            parameters.append(keys)
            if let wallClock { parameters.append(wallClock.microseconds) } else { parameters.appendNull(.int8) }
            parameters.append(max(0, age.microseconds))
            return [
                PostgresStatement(
                    """
                    SELECT changed FROM sync_grant_spaces($1, $2, $3, $4, $5, $6, $7, '\(TransactionLimits.lock)', \
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
        let (results, _) = try await transaction { [role] () throws(PostgresError) in
            var login = PostgresParameters()
            try login.append(optional: role)
            try login.append(user.text)
            var reader = PostgresParameters()
            try reader.append(user.text)
            return [
                PostgresStatement(
                    "SELECT sync_enter($1, $2, '', '\(TransactionLimits.lock)', '\(TransactionLimits.statement)')",
                    login),
                PostgresStatement(
                    "SELECT space_id FROM sync_space_grants WHERE user_id = $1 AND ended_at IS NULL", reader),
            ]
        }
        return Set((0..<results[1].rowCount).compactMap { results[1].string($0, 0).map { SpaceID($0) } })
    }
}
