import Domain
import Kernel
import PostgresClient
import StorageShared

/// Brings a database to the schema that this server knows, one server at a time (spec: storage.md, "Migrations").
struct Migrator: Sendable {
    let plan: MigrationPlan
    /// Whether a table that is taken over keeps its old columns.
    let keepsColumns: Bool

    /// A migrator of the given steps.
    init(_ known: [Migration], keepingColumns: Bool = false) {
        keepsColumns = keepingColumns
        plan = MigrationPlan(known)
    }

    /// What the database has; nothing where it was never migrated.
    func applied(_ client: PostgresClient) async throws(StoreError) -> [AppliedMigration] {
        do throws(PostgresError) {
            let table = try await client.query(PostgresStatement(Self.findTable, isPrepared: false))
            guard table.boolean(0, 0) == true else { return [] }
            return Self.read(try await client.query(PostgresStatement(Self.list, isPrepared: false)))
        } catch {
            throw StoreError(error)
        }
    }

    /// Whether migrating would take over a table that another server made.
    func takesOver(_ client: PostgresClient) async throws(StoreError) -> Bool {
        guard try await applied(client).isEmpty else { return false }
        do throws(PostgresError) {
            return try await client.query(PostgresStatement(Self.findChanges, isPrepared: false)).boolean(0, 0) == true
        } catch {
            throw StoreError(error)
        }
    }

    /// Applies what is pending in one transaction under a lock, so that nothing is done twice and nothing by half.
    ///
    /// - Returns: what it applied.
    func migrate(_ client: PostgresClient) async throws(StoreError) -> [Migration] {
        do {
            return try await client.withSession { session in
                try await session.transaction { try await migrate(in: session) }
            }
        } catch {
            throw StoreError(any: error)
        }
    }

    /// What ``migrate(_:)`` would do, for people. Changes nothing.
    func preview(_ client: PostgresClient) async throws(StoreError) -> [String] {
        let applied = try await applied(client)
        let pending = try plan.pending(after: applied)
        var lines = pending.map { "would apply \($0.owner)/\($0.name)" }
        guard applied.isEmpty, !pending.isEmpty else { return lines }
        do {
            let takeover = try await client.withSession { session in
                try await Takeover.find(session, keepingColumns: keepsColumns)
            }
            lines += (takeover?.remarks ?? []).map { "  \($0)" }
        } catch {
            throw StoreError(any: error)
        }
        return lines
    }

    private func migrate(in session: PostgresSession) async throws -> [Migration] {
        // Two statements in one go would see what was there before the lock was had.
        for sql in [Self.lock, Self.makeTable] { try await Self.run(sql, in: session) }
        let done = try await session.query(PostgresStatement(Self.list, isPrepared: false))
        let pending = try plan.pending(after: Self.read(done))
        guard !pending.isEmpty else { return [] }
        // Only a table that no migration of ours made can be taken over.
        let takeover = done.rowCount == 0 ? try await Takeover.find(session, keepingColumns: keepsColumns) : nil
        for migration in pending {
            for sql in PostgresMigrations.statements(of: migration, takingOver: takeover) {
                try await Self.run(sql, in: session)
            }
            var names = PostgresParameters()
            try names.append(migration.owner)
            try names.append(migration.name)
            _ = try await session.query(PostgresStatement(Self.record, names, isPrepared: false))
        }
        let owners = Set(plan.known.map(\.owner)).subtracting([PostgresMigrations.owner]).sorted()
        for sql in WorkingRole.preparation + owners.map(WorkingRole.grant(tablesOf:)) + [Self.noticeDeadPeers] {
            try await Self.run(sql, in: session)
        }
        return pending
    }

    private static func run(_ sql: String, in session: PostgresSession) async throws {
        _ = try await session.query(PostgresStatement(sql, isPrepared: false))
    }

    private static func read(_ rows: PostgresResult) -> [AppliedMigration] {
        (0..<rows.rowCount).map { row in
            AppliedMigration(
                owner: rows.string(row, 0) ?? "", name: rows.string(row, 1) ?? "",
                at: UnixTime(microseconds: rows.integer(row, 2) ?? 0))
        }
    }

    private static let lock = "SELECT pg_advisory_xact_lock(7883959205594428265)"
    private static let makeTable = """
        CREATE TABLE IF NOT EXISTS sync_migrations (
          owner text NOT NULL,
          name text NOT NULL,
          applied_at timestamptz NOT NULL DEFAULT now(),
          PRIMARY KEY (owner, name)
        )
        """
    /// Whoever dies in the middle of a transaction holds its locks until the database notices: in half a minute, not in hours.
    /// Only the database's owner may say so.
    private static let noticeDeadPeers = """
        DO $$
        BEGIN
          EXECUTE format('ALTER DATABASE %I SET tcp_keepalives_idle = 20', current_database());
          EXECUTE format('ALTER DATABASE %I SET tcp_keepalives_interval = 5', current_database());
          EXECUTE format('ALTER DATABASE %I SET tcp_keepalives_count = 3', current_database());
          EXECUTE format('ALTER DATABASE %I SET tcp_user_timeout = 30000', current_database());
        EXCEPTION WHEN insufficient_privilege THEN
          RAISE NOTICE 'the database keeps its own TCP settings';
        END $$
        """
    private static let findTable = "SELECT to_regclass('sync_migrations') IS NOT NULL"
    private static let findChanges = "SELECT to_regclass('sync_changes') IS NOT NULL"
    private static let list = """
        SELECT owner, name, (extract(epoch FROM applied_at) * 1000000)::bigint FROM sync_migrations
        ORDER BY applied_at, owner, name
        """
    private static let record = "INSERT INTO sync_migrations (owner, name) VALUES ($1, $2)"
}
