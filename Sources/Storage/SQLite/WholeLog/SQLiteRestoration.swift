import Domain
import Kernel
import NIOPosix
import Synchronization

/// A log that is being written anew, in one transaction on a connection of its own: the store's writer waits for it, or gives up.
final class SQLiteRestoration: LogRestoration {
    private struct State {
        let connection: SQLiteConnection
        var insertions: [LogTable: SQLiteStatement] = [:]
    }

    private let thread: NIOThreadPool
    private let time: any TimeSource
    private let state: Mutex<State>

    /// Begins the transaction, and removes what is there. Blocks.
    init(
        of file: DatabaseFile, config: SQLiteStoreConfig, time: any TimeSource, isReplacing: Bool, thread: NIOThreadPool
    ) throws(StoreError) {
        let connection = try SQLiteConnection.writer(to: file, config: config)
        try connection.execute("BEGIN IMMEDIATE")
        if !isReplacing, try connection.integer("SELECT \(Self.holdsAnything)") != 0 {
            throw StoreError(.inUse, "The database is not empty.")
        }
        for table in Self.emptied + Self.replaced { try connection.execute("DELETE FROM \(table)") }
        self.thread = thread
        self.time = time
        state = Mutex(State(connection: connection))
    }

    /// What is known of spaces comes with the bundle. Of older ones it does not: members are then granted anew, and inherit again.
    private static let replaced = ["space_memberships", "space_grants", "space_inheritance", "inherited_changes"]

    /// Receipts tell of rows that are gone.
    private static let emptied = ["sync_changes", "quarantine", "push_receipts"]

    private static let holdsAnything =
        emptied.map { "EXISTS (SELECT 1 FROM \($0))" }.joined(separator: " OR ")

    func append(_ records: [LogRecord], to table: LogTable) async throws(StoreError) {
        try await perform { (state) throws(StoreError) in
            let insertion: SQLiteStatement
            if let prepared = state.insertions[table] {
                insertion = prepared
            } else {
                insertion = try state.connection.prepare(table.sqliteInsertion)
                state.insertions[table] = insertion
            }
            for record in records {
                try insertion.bind(record)
                try insertion.run()
            }
        }
    }

    func raiseClock(to place: Cursor) async throws(StoreError) {
        try await perform { (state) throws(StoreError) in
            let statement = try state.connection.prepare(
                """
                UPDATE change_clock
                SET last = max(last, ?1, coalesce((SELECT max(created_at) FROM sync_changes), 0)) WHERE only = 1
                """)
            try statement.bind(1, place.time.microseconds)
            try statement.run()
        }
    }

    func reapply(_ ledgers: [ErasureLedger]) async throws(StoreError) -> ReappliedErasures {
        try await perform { [time] (state) throws(StoreError) in
            try state.connection.execute("PRAGMA secure_delete = ON")
            var session = try WriterSession(connection: state.connection, time: time)
            return try session.reapplyWithinTransaction(ledgers)
        }
    }

    func counts() async throws(StoreError) -> [String: Int64] {
        try await perform { (state) throws(StoreError) in try state.connection.changesByApp() }
    }

    /// Makes all of it durable. Blocks.
    func commit() async throws(StoreError) {
        try await perform { (state) throws(StoreError) in
            state.insertions = [:]
            try state.connection.execute("COMMIT; PRAGMA wal_checkpoint(TRUNCATE)")
        }
    }

    /// Undoes all of it, where it was not committed.
    func rollBack() async {
        do throws(StoreError) {
            try await perform { (state) throws(StoreError) in
                state.insertions = [:]
                state.connection.rollBack()
            }
        } catch {
            // The connection is closed next, and that rolls back too.
        }
    }

    private func perform<Value: Sendable>(
        _ work: @escaping @Sendable (inout sending State) throws(StoreError) -> sending Value
    ) async throws(StoreError) -> Value {
        try await thread.onThread { [self] () throws(StoreError) in
            try state.withLock { (state) throws(StoreError) in try work(&state) }
        }
    }
}
