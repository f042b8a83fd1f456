package import StorageShared

/// The steps of the storage's own tables, in order.
package enum PostgresMigrations {
    package static let all = [changeLog, userLog, SpaceTables.migration]

    private static let changeLog = Migration(
        owner: owner, name: "0001-change-log",
        statements: [ChangeLogTables.changes] + afterChanges)

    private static let userLog = Migration(
        owner: owner, name: "0002-user-log",
        statements: UserLogTables.all + [
            ErasureFunctions.deleteRows, ErasureFunctions.erase, ErasureFunctions.reapply, RestoreFunction.restore,
        ])

    /// Who owns the storage's own tables.
    static let owner = "storage"

    /// What follows once there is a table of changes.
    private static let afterChanges =
        ChangeLogTables.indexes + [ChangeLogTables.clock] + ChangeLogTables.quarantineAndReceipts + RowPolicies.all
        + [
            TransactionFunctions.refuseIsolation, TransactionFunctions.enter, TransactionFunctions.readState,
            TransactionFunctions.lockClock,
            TransactionFunctions.raiseClock, TransactionFunctions.enterPushes, PushFunction.push,
        ]

    /// A step's statements, in a database in which there may be a table to take over.
    static func statements(of migration: Migration, takingOver takeover: Takeover?) -> [String] {
        guard let takeover, migration.owner == changeLog.owner, migration.name == changeLog.name else {
            return migration.statements
        }
        return takeover.statements + afterChanges
    }
}
