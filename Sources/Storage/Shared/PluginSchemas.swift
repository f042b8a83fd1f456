package import Domain
import Synchronization

/// The schemas that plugins declared to a store, before it starts.
package final class PluginSchemas: Sendable {
    private let schemas = Mutex<[PluginSchema]>([])

    /// None yet.
    package init() {}

    /// Adds an owner's schema, in place of one that it declared before.
    package func declare(_ schema: PluginSchema) {
        schemas.withLock { schemas in
            schemas.removeAll { $0.owner == schema.owner }
            schemas.append(schema)
        }
    }

    /// The schemas, by owner.
    package var all: [PluginSchema] {
        schemas.withLock { $0.sorted { $0.owner < $1.owner } }
    }
}

extension [PluginSchema] {
    /// Their steps as SQLite takes them.
    package var sqliteMigrations: [Migration] {
        flatMap { schema in
            schema.migrations.map { Migration(owner: schema.owner, name: $0.name, sql: $0.sqlite) }
        }
    }

    /// Their steps as PostgreSQL takes them.
    package var postgresMigrations: [Migration] {
        flatMap { schema in
            schema.migrations.map { Migration(owner: schema.owner, name: $0.name, statements: $0.postgres) }
        }
    }
}
