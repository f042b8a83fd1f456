import Domain
import Kernel
import PostgresClient
import Synchronization

/// Forgets the receipts that no retry can be compared with any more, also not after the wall clock has stepped back by up to an hour.
///
/// Now and then one push does it first; several servers do not wait for one another.
final class ReceiptPurge: Sendable {
    /// How long after a purge the next one is due.
    static let pause = Duration.seconds(60)
    /// The most receipts that one purge forgets.
    static let most = 2000

    private let time: any TimeSource
    private let nextAt = Mutex(Duration.zero)

    init(time: any TimeSource) {
        self.time = time
    }

    /// Whether a purge is due. Whoever is told so does it.
    func isDue() -> Bool {
        let now = time.elapsed
        return nextAt.withLock { next in
            guard now >= next else { return false }
            next = now + Self.pause
            return true
        }
    }

    /// The transaction, which sees the receipts of all users.
    static func statements(role: String?, now: UnixTime?) throws(PostgresError) -> [PostgresStatement] {
        var login = PostgresParameters()
        try login.append(optional: role)
        var hour = PostgresParameters()
        if let now { hour.append(now.microseconds) } else { hour.appendNull(.int8) }
        return [
            PostgresStatement(enter, login, isPrepared: false), PostgresStatement(forget, hour, isPrepared: false),
        ]
    }

    private static let enter =
        "SELECT sync_enter($1, '', 'on', '\(TransactionLimits.lock)', '\(TransactionLimits.statement)')"
    private static let forget = """
        DELETE FROM sync_push_receipts WHERE (user_id, app_id, client_id) IN (
          SELECT user_id, app_id, client_id FROM sync_push_receipts
          WHERE expires_hour < coalesce($1, (extract(epoch FROM clock_timestamp()) * 1000000)::bigint) / 3600000000 - 1
          ORDER BY expires_hour LIMIT \(most) FOR UPDATE SKIP LOCKED)
        """
}
