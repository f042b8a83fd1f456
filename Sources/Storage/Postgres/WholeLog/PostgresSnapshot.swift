import Domain
import Kernel
import PostgresClient
import Synchronization

/// A view of a database at one moment: one transaction, REPEATABLE READ and READ ONLY, under the operator's policy.
final class PostgresSnapshot: LogSnapshot {
    let clock: Cursor
    private let session: PostgresSession
    private let form: TableForm
    private let table = Mutex<LogTable?>(nil)

    /// Fixes the moment, within a transaction that has just begun.
    init(in session: PostgresSession, role: String?, form: TableForm) async throws(StoreError) {
        self.session = session
        self.form = form
        do throws(PostgresError) {
            _ = try await session.query(
                PostgresStatement("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY", isPrepared: false))
            _ = try await session.query(try OperatorTransaction.settings(role: role))
            let last = try await session.query(
                PostgresStatement(
                    "SELECT last_value - CASE WHEN is_called THEN 0 ELSE 1 END FROM sync_change_clock",
                    isPrepared: false))
            clock = Cursor(UnixTime(microseconds: last.integer(0, 0) ?? 0))
        } catch {
            throw StoreError(error)
        }
    }

    func counts() async throws(StoreError) -> [String: Int64] {
        try await OperatorTransaction.counts(in: session)
    }

    func next(of table: LogTable, limit: PageLimit) async throws(StoreError) -> [LogRecord] {
        let isNew = self.table.withLock { current in
            defer { current = table }
            return current != table
        }
        do throws(PostgresError) {
            if isNew {
                _ = try await session.run([
                    PostgresStatement("CLOSE ALL", isPrepared: false),
                    PostgresStatement(table.postgresCursor(form), isPrepared: false),
                ])
            }
            // Rows are of any size, and how large they are is known once they are here: so few at a time.
            let rows = min(limit.rows, max(1, limit.bytes / Self.usualRow))
            let result = try await session.query(PostgresStatement("FETCH \(rows) FROM c", isPrepared: false))
            let columns = table.columns
            return (0..<result.rowCount).map { row in
                LogRecord(columns.enumerated().map { $1.value(result, row, $0) })
            }
        } catch {
            throw StoreError(error)
        }
    }

    /// How many bytes a row is taken to have when a page is asked for.
    private static let usualRow = 1024
}

/// What the transactions of backups have in common.
enum OperatorTransaction {
    /// Lets the transaction see all rows, and take its time. In the past of the session, so that nothing of it stays.
    static func settings(role: String?) throws(PostgresError) -> PostgresStatement {
        var parameters = PostgresParameters()
        try parameters.append(optional: role)
        return PostgresStatement(
            """
            SELECT set_config('app.operator', 'on', true), set_config('statement_timeout', '0', true),
              set_config('idle_in_transaction_session_timeout', '0', true), set_config('lock_timeout', '60s', true),
              set_config('role', coalesce($1, current_user::text), true)
            """, parameters, isPrepared: false)
    }

    static func counts(in session: PostgresSession) async throws(StoreError) -> [String: Int64] {
        do throws(PostgresError) {
            let rows = try await session.query(
                PostgresStatement("SELECT app_id, count(*) FROM sync_changes GROUP BY app_id", isPrepared: false))
            var counts: [String: Int64] = [:]
            for row in 0..<rows.rowCount { counts[rows.string(row, 0) ?? ""] = rows.integer(row, 1) }
            return counts
        } catch {
            throw StoreError(error)
        }
    }
}
