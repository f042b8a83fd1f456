import PostgresClient
import PostgresFixture

/// What a test's server keeps its log in.
enum TestEngine: String, Sendable, CaseIterable {
    case sqlite
    case postgres

    /// Starts a server on an empty database, uses it and removes both.
    func run(
        backup: String = "", runsBackground: Bool = false, _ use: (BackupServer) async throws -> Void
    ) async throws {
        guard self == .postgres else {
            return try await BackupServer.run(backup: backup, runsBackground: runsBackground, use)
        }
        let server = try await PostgresServer.shared()
        let name = "backup_\(UInt64.random(in: 0...UInt64.max))"
        let password = "a%20p%3Aw%40%2Frd"
        let administer = { (statement: String) in
            let client = try PostgresClient(PostgresConfiguration(url: server.url(password: password)))
            let outcome: Result<Void, PostgresError>
            do throws(PostgresError) {
                _ = try await client.query(PostgresStatement(statement, isPrepared: false))
                outcome = .success(())
            } catch {
                outcome = .failure(error)
            }
            await client.shutdown()
            try outcome.get()
        }
        try await administer("CREATE DATABASE \(name)")
        let outcome: Result<Void, any Error>
        do {
            try await BackupServer.run(
                postgres: server.url(password: password, database: name), backup: backup,
                runsBackground: runsBackground, use)
            outcome = .success(())
        } catch {
            outcome = .failure(error)
        }
        try await administer("DROP DATABASE \(name) WITH (FORCE)")
        try outcome.get()
    }
}
