import PostgresStore

/// Migrates a database as `db migrate` does.
struct PostgresStoreMigration {
    let url: String

    func run() async throws {
        try await PostgresStore.migrate(PostgresStoreConfig(url: url))
    }
}
