import Domain
import Kernel

/// Brings a database to the schema that this server knows (spec: storage.md, "Migrations").
struct Migrator: Sendable {
    /// The migrations of every owner, each owner's in order.
    let known: [Migration]
    let time: any TimeSource

    /// A migrator of the given steps.
    init(_ known: [Migration], time: any TimeSource) {
        self.known = known
        self.time = time
    }

    /// Every known migration in order, then those that only the database knows.
    func status(of applied: [AppliedMigration]) -> [MigrationStatus] {
        let done = known.map { migration in
            let row = applied.first { $0.owner == migration.owner && $0.name == migration.name }
            return MigrationStatus(
                owner: migration.owner, name: migration.name, state: row.map { .applied($0.at) } ?? .pending)
        }
        let unknown = applied.filter { row in
            !known.contains { $0.owner == row.owner && $0.name == row.name }
        }
        return done + unknown.map { MigrationStatus(owner: $0.owner, name: $0.name, state: .unknown($0.at)) }
    }

    /// The steps to be done.
    ///
    /// - Throws: `newerSchema` if an owner that this server knows has steps that it does not. Steps of other owners are left
    ///   alone: their plugin is switched off.
    func pending(after applied: [AppliedMigration]) throws(StoreError) -> [Migration] {
        let owners = Set(known.map(\.owner))
        for row in applied where owners.contains(row.owner) {
            guard known.contains(where: { $0.owner == row.owner && $0.name == row.name }) else {
                throw StoreError(
                    .newerSchema, "The database was written by a newer version of the server.",
                    cause: "migration \(row.owner)/\(row.name)")
            }
        }
        return known.filter { migration in
            !applied.contains { $0.owner == migration.owner && $0.name == migration.name }
        }
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
        let pending = try pending(after: AppliedMigration.all(in: connection))
        let record = try connection.prepare("INSERT INTO migrations (owner, name, applied_at) VALUES (?1, ?2, ?3)")
        for migration in pending {
            try connection.execute(migration.sql)
            try record.bind(1, migration.owner)
            try record.bind(2, migration.name)
            try record.bind(3, time.now.microseconds)
            try record.run()
        }
        return pending
    }
}
