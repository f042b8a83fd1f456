/// A connection that nobody else uses, within ``PostgresClient/withSession(_:)``.
public struct PostgresSession: Sendable {
    let id: UInt64
    let client: PostgresClient

    /// Runs statements in one round trip, in the session's transaction where it has begun one, else as a transaction of their own.
    ///
    /// - Returns: one result for each statement.
    /// - Throws: the first error; inside a transaction everything fails after it until ROLLBACK. `connectionLost` from then on when the connection broke.
    public func run(_ statements: [PostgresStatement]) async throws(PostgresError) -> [PostgresResult] {
        try await client.answer(to: statements, isRepeatable: false) { .submitInSession($0, session: id) }
    }

    /// Runs one statement.
    public func query(_ statement: PostgresStatement) async throws(PostgresError) -> PostgresResult {
        guard let result = try await run([statement]).first else { throw .connectionLost }
        return result
    }

    /// Runs `use` between BEGIN and COMMIT; with ROLLBACK when it throws.
    ///
    /// - Throws: what `use` throws, or what COMMIT was refused for.
    public func transaction<Value: Sendable>(_ use: () async throws -> Value) async throws -> Value {
        _ = try await query(PostgresStatement("BEGIN", isPrepared: false))
        let value: Value
        do {
            value = try await use()
        } catch {
            do throws(PostgresError) {
                _ = try await query(PostgresStatement("ROLLBACK", isPrepared: false))
            } catch {
                // The session's connection is closed in the end, and that rolls back too.
            }
            throw error
        }
        _ = try await query(PostgresStatement("COMMIT", isPrepared: false))
        return value
    }
}
