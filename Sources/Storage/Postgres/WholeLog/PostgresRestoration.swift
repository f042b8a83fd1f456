import Domain
import Kernel
import PostgresClient

/// A log that is being written anew, in one transaction: the tables are locked, so that pushes of other instances wait.
struct PostgresRestoration: LogRestoration {
    private let session: PostgresSession
    private let role: String?

    /// Locks the tables and removes what is there, within a transaction that has just begun.
    init(in session: PostgresSession, role: String?, isReplacing: Bool) async throws(StoreError) {
        self.session = session
        self.role = role
        let isEmpty: Bool
        do throws(PostgresError) {
            _ = try await session.query(try OperatorTransaction.settings(role: role))
            let tables = (Self.emptied + Self.replaced).joined(separator: ", ")
            _ = try await session.query(
                PostgresStatement("LOCK TABLE \(tables) IN SHARE ROW EXCLUSIVE MODE", isPrepared: false))
            let isThere = Self.emptied.map { "EXISTS (SELECT FROM \($0))" }.joined(separator: " OR ")
            let found = try await session.query(PostgresStatement("SELECT \(isThere)", isPrepared: false))
            isEmpty = found.boolean(0, 0) == false
            for table in Self.replaced + (isReplacing ? Self.emptied : []) {
                _ = try await session.query(PostgresStatement("DELETE FROM \(table)", isPrepared: false))
            }
        } catch {
            throw StoreError(error)
        }
        guard isEmpty || isReplacing else { throw StoreError(.inUse, "The database is not empty.") }
    }

    /// What is known of spaces comes with the bundle. Of older ones it does not: members are then granted anew, and inherit again.
    private static let replaced = [
        "sync_inherited_changes", "sync_space_inheritance", "sync_space_grants", "sync_space_memberships",
    ]

    /// Receipts tell of rows that are gone.
    private static let emptied = ["sync_changes", "sync_quarantine", "sync_push_receipts"]

    func append(_ records: [LogRecord], to table: LogTable) async throws(StoreError) {
        guard !records.isEmpty else { return }
        do throws(PostgresError) {
            var parameters = PostgresParameters()
            for (index, column) in table.columns.enumerated() {
                parameters.append(try column.array(of: records, at: index))
            }
            if table == .grants, let space = table.index(of: "spaceId") {
                var keys = try PostgresArray(of: .int8)
                for record in records { keys.append(ScopeLocks.key(of: SpaceID(record.values[space].string ?? ""))) }
                parameters.append(keys)
            }
            _ = try await session.query(PostgresStatement(table.postgresInsertion, parameters, isPrepared: false))
        } catch {
            throw StoreError(error)
        }
    }

    func reapply(_ ledgers: [ErasureLedger]) async throws(StoreError) -> ReappliedErasures {
        try await ErasedAgain(role: role) { [session] (statements) throws(StoreError) in
            do throws(PostgresError) { return try await session.run(statements) } catch { throw StoreError(error) }
        }.reapply(ledgers)
    }

    func raiseClock(to place: Cursor) async throws(StoreError) {
        do throws(PostgresError) {
            var parameters = PostgresParameters()
            parameters.append(place.time.microseconds)
            _ = try await session.query(PostgresStatement(Self.raise, parameters, isPrepared: false))
        } catch {
            throw StoreError(error)
        }
    }

    func counts() async throws(StoreError) -> [String: Int64] {
        try await OperatorTransaction.counts(in: session)
    }

    /// Under the clock's lock, as pushes take it: nobody moves it meanwhile. It gives out the place that it is set to, so one that nobody had.
    private static let raise = """
        SELECT setval('sync_change_clock', 1 + greatest(s.last_value, $1,
            (SELECT (extract(epoch FROM max(created_at)) * 1000000)::bigint FROM sync_changes)), false)
        FROM (SELECT pg_advisory_xact_lock(7883959205594428264)) AS held, sync_change_clock AS s
        """
}
