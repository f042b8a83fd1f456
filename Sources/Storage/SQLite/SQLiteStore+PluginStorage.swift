public import Domain
import StorageShared

extension SQLiteStore: PluginStorage {
    public func tables(_ schema: PluginSchema) -> any PluginTables {
        schemas.declare(schema)
        return SQLitePluginTables(store: self)
    }
}

/// An owner's tables, behind the writer: between two groups of pushes.
private struct SQLitePluginTables: PluginTables {
    let store: SQLiteStore

    func run(_ statements: [PluginStatement]) async throws(StoreError) -> [PluginRows] {
        let engine = try store.enter()
        defer { engine.gate.leave() }
        return try await engine.writer.perform { (session) throws(StoreError) in try session.run(statements) }
    }
}
