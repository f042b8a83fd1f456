import Domain
import Kernel
import StorageShared

/// Brings a database to the schema that this server knows (spec: storage.md, "Migrations").
struct Migrator: Sendable {
    let plan: MigrationPlan
    let time: any TimeSource

    /// A migrator of the given steps.
    init(_ known: [Migration], time: any TimeSource) {
        plan = MigrationPlan(known)
        self.time = time
    }

    /// Applies what is pending in one transaction that locks the database, so that nothing is done twice and nothing by half.
    ///
    /// - Returns: the names of what it applied.
    func migrate(_ connection: SQLiteConnection) throws(StoreError) -> [Migration] {
        try connection.execute("BEGIN EXCLUSIVE")
        do throws(StoreError) {
            let pending = try apply(on: connection)
            try connection.execute("COMMIT")
            return pending
        } catch {
            connection.rollBack()
            throw error
        }
    }

    private func apply(on connection: SQLiteConnection) throws(StoreError) -> [Migration] {
        try connection.execute(
            """
            PRAGMA application_id = \(DatabaseInspection.applicationID);
            CREATE TABLE IF NOT EXISTS migrations (
              owner TEXT NOT NULL,
              name TEXT NOT NULL,
              applied_at INTEGER NOT NULL,
              PRIMARY KEY (owner, name)
            ) STRICT, WITHOUT ROWID;
            """)
        let pending = try plan.pending(after: AppliedMigration.all(in: connection))
        let record = try connection.prepare("INSERT INTO migrations (owner, name, applied_at) VALUES (?1, ?2, ?3)")
        for migration in pending {
            for statement in migration.statements { try connection.execute(statement) }
            try record.bind(1, migration.owner)
            try record.bind(2, migration.name)
            try record.bind(3, time.now.microseconds)
            try record.run()
        }
        return pending
    }
}
