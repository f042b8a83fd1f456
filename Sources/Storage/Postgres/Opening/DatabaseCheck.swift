import Domain
import PostgresClient

/// What a database must be before the store relies on it.
enum DatabaseCheck {
    /// - Throws: `unusable` for a server that is too old, an encoding that cannot hold all text, and a way to the server on which advisory
    ///   locks do not exclude (a pooler in statement mode, a database that only pretends to have them).
    static func check(_ client: PostgresClient) async throws(StoreError) {
        do {
            let facts = try await client.query(PostgresStatement(facts, isPrepared: false))
            guard facts.integer(0, 0) ?? 0 >= 130_000 else {
                throw StoreError(.unusable, "The database server is older than PostgreSQL 13.")
            }
            guard facts.string(0, 1) == "UTF8" else {
                throw StoreError(.unusable, "The database's encoding is not UTF8.")
            }
            try await checkLocks(client)
        } catch {
            throw StoreError(any: error)
        }
    }

    /// Settings under which the database calls a commit durable that a crash can take back, with an acknowledged push in it. They may be meant:
    /// so they are told of, and not refused.
    static func risks(_ client: PostgresClient) async throws(StoreError) -> [String] {
        do {
            let names = try await client.query(PostgresStatement(risks, isPrepared: false))
            return (0..<names.rowCount).compactMap { names.string($0, 0) }
        } catch {
            throw StoreError(error)
        }
    }

    private static func checkLocks(_ client: PostgresClient) async throws {
        let key = Int64.random(in: Int64.min...Int64.max)
        let isExclusive = try await client.withSession { holder in
            try await holder.transaction {
                _ = try await holder.query(statement("SELECT pg_advisory_xact_lock($1)", key))
                let other = try await client.query(statement("SELECT pg_try_advisory_xact_lock($1)", key))
                return other.boolean(0, 0) == false
            }
        }
        guard isExclusive else {
            throw StoreError(.unusable, "The database's advisory locks do not exclude one another.")
        }
    }

    private static func statement(_ sql: String, _ key: Int64) -> PostgresStatement {
        var parameters = PostgresParameters()
        parameters.append(key)
        return PostgresStatement(sql, parameters, isPrepared: false)
    }

    private static let risks = """
        SELECT name FROM pg_settings WHERE name IN ('fsync', 'full_page_writes', 'synchronous_commit') AND setting = 'off' ORDER BY name
        """

    private static let facts = """
        SELECT current_setting('server_version_num')::integer, current_setting('server_encoding')
        """
}
