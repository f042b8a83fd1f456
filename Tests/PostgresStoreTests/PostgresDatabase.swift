import PostgresClient
import PostgresFixture

/// A database of a test's own on the server that tests share, copied from one that was migrated once.
struct PostgresDatabase: Sendable {
    let name: String
    let server: PostgresServer

    /// What migrations a fresh database has.
    enum Content {
        case empty, migrated
    }

    /// Where it is, for the superuser, under whom the store steps down to its restricted role.
    var url: String { server.url(password: Self.escapedPassword, database: name) }

    /// Where it is, for another login that has no password.
    func url(user: String, password: String) -> String { server.url(user: user, password: password, database: name) }

    static func make(_ content: Content = .migrated) async throws -> PostgresDatabase {
        let server = try await PostgresServer.shared()
        let name = "t\(UInt64.random(in: 0...UInt64.max))"
        let template = content == .migrated ? try await migratedTemplate.value : "template1"
        try await administer("CREATE DATABASE \(name) TEMPLATE \(template) STRATEGY = FILE_COPY", on: server)
        return PostgresDatabase(name: name, server: server)
    }

    /// Removes it, whoever is connected.
    func drop() async throws {
        try await Self.administer("DROP DATABASE \(name) WITH (FORCE)", on: server)
    }

    /// Runs statements as the superuser, whom row-level security does not bind, in one transaction; the last one's rows.
    @discardableResult
    func run(_ statements: String...) async throws -> PostgresResult {
        try await Self.run(statements, at: url)
    }

    /// Returns when so many backends wait for advisory locks, or have waited as long as a push does.
    func awaitWaiters(_ count: Int) async throws {
        let end = ContinuousClock.now + .seconds(5)
        while ContinuousClock.now < end {
            let rows = try await run(
                """
                SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted
                  AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
                """)
            if Int(rows.integer(0, 0) ?? 0) >= count { return }
        }
    }

    /// Runs statements at `url`, in one transaction; the last one's rows.
    static func run(_ statements: [String], at url: String) async throws -> PostgresResult {
        var options = PostgresClientOptions()
        options.maxConnections = 1
        let client = try PostgresClient(PostgresConfiguration(url: url), options: options)
        let outcome: Result<[PostgresResult], any Error>
        do {
            outcome = .success(
                try await client.transaction(statements.map { PostgresStatement($0, isPrepared: false) }))
        } catch {
            outcome = .failure(error)
        }
        await client.shutdown()
        guard let last = try outcome.get().last else { throw PostgresError(.invalidArgument, "No statement.") }
        return last
    }

    private static func administer(_ statement: String, on server: PostgresServer) async throws {
        _ = try await run([statement], at: server.url(password: escapedPassword))
    }

    private static let migratedTemplate = Task {
        let server = try await PostgresServer.shared()
        try await administer("CREATE DATABASE migrated", on: server)
        let store = PostgresStoreMigration(url: server.url(password: escapedPassword, database: "migrated"))
        try await store.run()
        return "migrated"
    }

    static let escapedPassword = "a%20p%3Aw%40%2Frd"
}
