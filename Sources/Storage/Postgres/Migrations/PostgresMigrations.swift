package import StorageShared

/// The steps of the storage's own tables, in order.
package enum PostgresMigrations {
    package static let all = [
        Migration(
            owner: "storage", name: "0001-change-log",
            statements: ChangeLogTables.changes + ChangeLogTables.clock + ChangeLogTables.quarantineAndReceipts
                + RowPolicies.all
                + [
                    TransactionFunctions.enter, TransactionFunctions.readState, TransactionFunctions.lockClock,
                    TransactionFunctions.raiseClock, PushFunction.push,
                ])
    ]
}
