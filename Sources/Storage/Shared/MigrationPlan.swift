package import Domain
package import Kernel

/// The steps that a server knows, compared with those that a database has (spec: storage.md, "Migrations").
package struct MigrationPlan: Sendable {
    /// The migrations of every owner, each owner's in order.
    package let known: [Migration]

    /// A plan of the given steps.
    package init(_ known: [Migration]) {
        self.known = known
    }

    /// Every known migration in order, then those that only the database knows.
    package func status(of applied: [AppliedMigration]) -> [MigrationStatus] {
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
    package func pending(after applied: [AppliedMigration]) throws(StoreError) -> [Migration] {
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
}

/// A migration that a database has.
package struct AppliedMigration: Sendable {
    package var owner: String
    package var name: String
    package var at: UnixTime

    /// A record of its parts.
    package init(owner: String, name: String, at: UnixTime) {
        self.owner = owner
        self.name = name
        self.at = at
    }
}
