import Domain
import Kernel
import StorageShared

extension AppliedMigration {
    /// All that were applied; none where the table is missing.
    static func all(in connection: SQLiteConnection) throws(StoreError) -> [AppliedMigration] {
        let table = try connection.integer("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'migrations'")
        guard table != nil else { return [] }
        let statement = try connection.prepare(
            "SELECT owner, name, applied_at FROM migrations ORDER BY applied_at, owner, name")
        defer { statement.reset() }
        var applied: [AppliedMigration] = []
        while try statement.step() {
            let at = UnixTime(microseconds: statement.integer(2))
            applied.append(AppliedMigration(owner: statement.string(0), name: statement.string(1), at: at))
        }
        return applied
    }
}
