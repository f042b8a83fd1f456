public import Domain
import PostgresClient
import StorageShared

extension PostgresStore: WholeLog {
    public func withSnapshot<Value: Sendable>(
        _ use: (any LogSnapshot) async throws -> Value
    ) async throws -> Value {
        try await withTransaction { (session, engine) in
            try await use(PostgresSnapshot(in: session, role: engine.role, form: engine.form))
        }
    }

    public func withRestoration<Value: Sendable>(
        isReplacing: Bool, _ use: (any LogRestoration) async throws -> Value
    ) async throws -> Value {
        try await withTransaction { (session, engine) in
            try await use(PostgresRestoration(in: session, role: engine.role, isReplacing: isReplacing))
        }
    }

    /// What the tables take, without their indexes: a bundle is compressed, and smaller.
    public func approximateSize() async throws(StoreError) -> UInt64 {
        let engine = try enter()
        defer { engine.gate.leave() }
        do throws(PostgresError) {
            let size = try await engine.client.query(
                PostgresStatement("SELECT pg_table_size('sync_changes') / 4", isPrepared: false))
            return UInt64(max(0, size.integer(0, 0) ?? 0))
        } catch {
            throw StoreError(error)
        }
    }

    /// Nil: a database of PostgreSQL's is no file.
    public func copyDatabase(to path: String) async throws(StoreError) -> DatabaseCopy? { nil }

    private func withTransaction<Value: Sendable>(
        _ use: (PostgresSession, PostgresEngine) async throws -> Value
    ) async throws -> Value {
        let engine = try enter()
        defer { engine.gate.leave() }
        do {
            return try await engine.client.withSession { session in
                try await session.transaction { try await use(session, engine) }
            }
        } catch let error as PostgresError {
            throw StoreError(error)
        }
    }
}
