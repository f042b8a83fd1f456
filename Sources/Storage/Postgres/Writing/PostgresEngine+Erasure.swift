import Domain
import Kernel
import PostgresClient
import StorageShared
import Synchronization

/// Erasing users (spec: backup.md, "Erasure"; decision 12).
extension PostgresEngine {
    /// The key by which the database's ledger names users; read once.
    func erasureKey() async throws(StoreError) -> ErasureKey {
        if let key = ledgerKey.withLock({ $0 }) { return key }
        guard let key = ErasureKey(try await erasedAgain.secret()) else { throw ErasureStatements.keyIsMissing }
        ledgerKey.withLock { $0 = key }
        return key
    }

    /// Removes what a user authored and enters it in the ledger, in one transaction.
    func erase(_ user: UserID) async throws(StoreError) -> Erasure {
        let pseudonym = try await erasureKey().digest(of: user)
        let (results, _) = try await transaction { [self] () throws(PostgresError) in
            [try ErasureStatements.erase(user, pseudonym: pseudonym, role: role, now: wallClock, slack: clock.slack)]
        }
        clock.pushWasStored(leftBehind: results[0].boolean(0, 2) == true)
        // Their spaces are gone too: streams that relied on them end.
        notices.post(grantsOf: user)
        let place = PostgresTime.unixMicroseconds(of: results[0].integer(0, 1) ?? 0)
        return Erasure(
            erased: Int(results[0].integer(0, 0) ?? 0), pseudonym: pseudonym.hexadecimal,
            place: Cursor(UnixTime(microseconds: place)))
    }

    /// The database's own ledger.
    func erasureLedger() async throws(StoreError) -> ErasureLedger {
        try await erasedAgain.ledger()
    }

    /// Removes what the ledgers say, the database's own among them, and enters it there, in one transaction.
    func reapply(_ ledgers: [ErasureLedger]) async throws(StoreError) -> ReappliedErasures {
        try await erasedAgain.reapply(ledgers)
    }

    private var erasedAgain: ErasedAgain {
        ErasedAgain(role: role) { [self] (statements) throws(StoreError) in
            try await transaction { () throws(PostgresError) in statements }.results
        }
    }
}

/// The statements of erasures.
enum ErasureStatements {
    static let secret = "SELECT secret FROM sync_erasure_key"
    static let list = """
        SELECT DISTINCT ON (pseudonym) pseudonym, place, erased_at FROM sync_erasures ORDER BY pseudonym, place DESC
        """

    static let keyIsMissing = StoreError(
        .unusable, "The database is damaged.", cause: "the key of the erasure ledger is missing")

    /// Begins a transaction that sees the rows of all users.
    static func enterAsOperator(role: String?) throws(PostgresError) -> PostgresStatement {
        var parameters = PostgresParameters()
        try parameters.append(optional: role)
        return PostgresStatement(
            "SELECT sync_enter($1, '', 'on', '\(TransactionLimits.lock)', '\(TransactionLimits.statement)')", parameters
        )
    }

    /// The call of the erasing function. A user with many rows takes as long as it takes.
    static func erase(
        _ user: UserID, pseudonym: SHA256Digest, role: String?, now: UnixTime?, slack: Int64
    ) throws(PostgresError) -> PostgresStatement {
        var parameters = PostgresParameters()
        try parameters.append(optional: role)
        try parameters.append(user.text)
        pseudonym.withUnsafeBytes { parameters.append(bytes: $0) }
        if let now { parameters.append(now.microseconds) } else { parameters.appendNull(.int8) }
        parameters.append(slack)
        parameters.append(ScopeLocks.key(of: user))
        return PostgresStatement(
            "SELECT erased, place, lags FROM sync_erase($1, $2, $3, $4, $5, '\(TransactionLimits.lock)', $6)",
            parameters)
    }

    /// Up to a thousand users who have rows in a table, in order.
    static func users(in table: String, after user: String) throws(PostgresError) -> PostgresStatement {
        var parameters = PostgresParameters()
        try parameters.append(user)
        // From one to the next by a step in an index, however many rows each has.
        let next = "SELECT user_id FROM \(table) WHERE user_id >"
        return PostgresStatement(
            """
            WITH RECURSIVE u AS (
              (\(next) $1 ORDER BY user_id LIMIT 1)
              UNION ALL
              SELECT (\(next) u.user_id ORDER BY user_id LIMIT 1) FROM u WHERE u.user_id IS NOT NULL
            ) SELECT user_id FROM u WHERE user_id IS NOT NULL LIMIT 1000
            """, parameters)
    }

    /// The call of the function that erases again, then what removes those users' grants that are as old.
    static func reapply(
        _ erasures: [(user: UserID, entry: ErasureLedger.Entry)], role: String?, last: Cursor
    ) throws(PostgresError) -> [PostgresStatement] {
        var users = try PostgresArray(of: .text)
        var pseudonyms = try PostgresArray(of: .bytea)
        var places = try PostgresArray(of: .timestamptz)
        var times = try PostgresArray(of: .timestamptz)
        for (user, entry) in erasures {
            try users.append(user.text)
            entry.pseudonym.withUnsafeBytes { pseudonyms.append(bytes: $0) }
            places.append(timestamp: entry.place.time.microseconds)
            times.append(timestamp: entry.erasedAt.microseconds)
        }
        var parameters = PostgresParameters()
        try parameters.append(optional: role)
        for column in [users, pseudonyms, places, times] { parameters.append(column) }
        // The clock gives out next what it is raised to.
        parameters.append(last.time.microseconds + 1)
        var bounds = PostgresParameters()
        for column in [users, places, times] { bounds.append(column) }
        let erased = "unnest($1::text[], $2::timestamptz[], $3::timestamptz[]) AS e (user_id, place, erased_at)"
        let ofGrants = "USING sync_space_grants AS g, \(erased) WHERE g.user_id = e.user_id AND g.joined_at <= e.place"
        return [
            PostgresStatement(
                "SELECT users, erased FROM sync_reapply_erasures($1, $2, $3, $4, $5, $6)", parameters)
        ]
            + [
                "DELETE FROM sync_inherited_changes AS i \(ofGrants) AND i.grant_id = g.grant_id",
                "DELETE FROM sync_space_inheritance AS i \(ofGrants) AND i.grant_id = g.grant_id",
                "DELETE FROM sync_space_grants AS g USING \(erased) WHERE g.user_id = e.user_id AND g.joined_at <= e.place",
                """
                DELETE FROM sync_space_memberships AS m USING \(erased) WHERE m.user_id = e.user_id
                  AND m.asked_at <= (extract(epoch FROM e.erased_at) * 1000000)::bigint
                """,
            ].map { PostgresStatement($0, bounds, isPrepared: false) }
    }
}
