import Domain
import Kernel
import PostgresClient

/// The questions to a user's whole log. Each gives rows until their JSON reaches a bound, one at least, so that an answer of the server has
/// a bound too: sums over sizes, which an export's pages can afford.
enum ArchiveStatements {
    /// Begins a transaction that works for a user.
    static func enter(as user: UserID, role: String?) throws(PostgresError) -> PostgresStatement {
        var parameters = PostgresParameters()
        try parameters.append(optional: role)
        try parameters.append(user.text)
        return PostgresStatement(
            "SELECT sync_enter($1, $2, '', '\(TransactionLimits.lock)', '\(TransactionLimits.statement)')", parameters)
    }

    /// The last places of a user, in the log and in the ledger, and their last number in the quarantine.
    ///
    /// One user's pushes come one after the other, in the clock's and the numbers' order: all up to the last that is visible is visible.
    static func extent(of user: UserID, pseudonym: SHA256Digest) throws(PostgresError) -> PostgresStatement {
        var parameters = PostgresParameters()
        try parameters.append(user.text)
        pseudonym.withUnsafeBytes { parameters.append(bytes: $0) }
        return PostgresStatement(
            """
            SELECT greatest((SELECT max(created_at) FROM sync_changes WHERE user_id = $1),
              (SELECT max(place) FROM sync_erasures WHERE pseudonym = $2)),
              (SELECT coalesce(max(seq), 0) FROM sync_quarantine WHERE user_id = $1)
            """, parameters)
    }

    /// Whether the user was erased after the bounds were fixed. To be asked behind the rows: what was erased by then is missing in them.
    static func wasErased(_ extent: UserLogExtent, pseudonym: SHA256Digest) throws(PostgresError) -> PostgresStatement {
        var parameters = PostgresParameters()
        pseudonym.withUnsafeBytes { parameters.append(bytes: $0) }
        parameters.append(timestamp: extent.until.time.microseconds)
        return PostgresStatement(
            "SELECT EXISTS (SELECT FROM sync_erasures WHERE pseudonym = $1 AND place > $2)", parameters)
    }

    /// A page of the log: one row more than its limit, those that share a place with the last one included.
    static func changes(
        _ extent: UserLogExtent, after: Cursor, limit: PageLimit, form: TableForm
    ) throws(PostgresError) -> PostgresStatement {
        var parameters = PostgresParameters()
        try parameters.append(extent.user.text)
        parameters.append(timestamp: after.time.microseconds)
        parameters.append(timestamp: extent.until.time.microseconds)
        parameters.append(rows(limit))
        parameters.append(Int64(limit.bytes))
        return PostgresStatement(
            """
            SELECT \(ArchiveColumn.changes) FROM (
              SELECT *, count(*) OVER () AS offered, min(before) OVER (PARTITION BY created_at) AS before_place FROM (
                SELECT *, coalesce(sum(bytes) OVER (ORDER BY created_at ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING),
                  0) AS before FROM (
                  SELECT \(form.wholeColumns), app_id AS archived_app,
                    coalesce(imported_client_id, client_id) AS archived_client
                  FROM sync_changes WHERE user_id = $1 AND created_at > $2 AND created_at <= $3
                  ORDER BY created_at FETCH FIRST $4 ROWS WITH TIES) AS found) AS sized) AS placed
            WHERE before_place < $5 OR before_place = 0 ORDER BY created_at
            """, parameters)
    }

    /// A page of the quarantine.
    static func quarantine(
        _ extent: UserLogExtent, after: QuarantinePlace, limit: PageLimit
    ) throws(PostgresError) -> PostgresStatement {
        var parameters = PostgresParameters()
        try parameters.append(extent.user.text)
        parameters.append(timestamp: after.time.microseconds)
        parameters.append(after.number)
        parameters.append(extent.quarantineUntil)
        parameters.append(rows(limit))
        parameters.append(Int64(limit.bytes))
        return PostgresStatement(
            quarantine(
                where: "quarantined_at >= $2 AND (quarantined_at, seq) > ($2, $3) AND seq <= $4", rows: "$5",
                bytes: "$6"),
            parameters)
    }

    /// Some quarantined changes of a user whose content was not digested yet.
    static func undigested(of user: UserID) throws(PostgresError) -> PostgresStatement {
        var parameters = PostgresParameters()
        try parameters.append(user.text)
        return PostgresStatement(quarantine(where: "content IS NULL", rows: "500", bytes: "1048576"), parameters)
    }

    private static func quarantine(where condition: String, rows: String, bytes: String) -> String {
        """
        SELECT \(ArchiveColumn.quarantined) FROM (
          SELECT *, count(*) OVER () AS offered, coalesce(sum(octet_length(data::text) + octet_length(field_timestamps::text))
            OVER (ORDER BY quarantined_at, seq ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS before FROM (
            SELECT * FROM sync_quarantine WHERE user_id = $1 AND \(condition)
            ORDER BY quarantined_at, seq LIMIT \(rows)) AS found) AS sized
        WHERE before < \(bytes) OR before = 0 ORDER BY quarantined_at, seq
        """
    }

    private static func rows(_ limit: PageLimit) -> Int64 { Int64(clamping: max(1, limit.rows)) &+ 1 }
}
