import Domain
import Kernel
import NIOPosix
import Synchronization

/// A view of a database at one moment: a read transaction on a connection of its own, on a thread of its own.
final class SQLiteSnapshot: LogSnapshot {
    private struct State {
        let connection: SQLiteConnection
        var table: LogTable?
        var statement: SQLiteStatement?
    }

    let clock: Cursor
    private let thread: NIOThreadPool
    private let state: Mutex<State>

    /// Begins the transaction. Blocks.
    init(of file: DatabaseFile, config: SQLiteStoreConfig, thread: NIOThreadPool) throws(StoreError) {
        let connection = try SQLiteConnection.reader(of: file, config: config)
        try connection.execute("BEGIN")
        // The first read fixes the moment.
        let last = try connection.integer("SELECT last FROM change_clock") ?? 0
        clock = Cursor(UnixTime(microseconds: last))
        self.thread = thread
        state = Mutex(State(connection: connection))
    }

    func counts() async throws(StoreError) -> [String: Int64] {
        try await thread.onThread { [self] () throws(StoreError) in
            try state.withLock { (state) throws(StoreError) in try state.connection.changesByApp() }
        }
    }

    func next(of table: LogTable, limit: PageLimit) async throws(StoreError) -> [LogRecord] {
        try await thread.onThread { [self] () throws(StoreError) in
            try state.withLock { (state) throws(StoreError) in try Self.read(table, limit: limit, &state) }
        }
    }

    private static func read(
        _ table: LogTable, limit: PageLimit, _ state: inout State
    ) throws(StoreError) -> [LogRecord] {
        if state.table != table {
            state.statement?.reset()
            state.statement = try state.connection.prepare(table.sqliteSelection)
            state.table = table
        }
        guard let statement = state.statement else { return [] }
        let columns = table.columns
        var records: [LogRecord] = []
        var size = 0
        while records.count < limit.rows, size < limit.bytes {
            // SQLite would begin anew behind the last row.
            guard try statement.step() else {
                state.statement = nil
                break
            }
            let record = statement.record(of: columns)
            size += record.size
            records.append(record)
        }
        return records
    }
}

extension SQLiteConnection {
    /// How many changes there are, by app.
    func changesByApp() throws(StoreError) -> [String: Int64] {
        let statement = try prepare("SELECT app_id, count(*) FROM sync_changes GROUP BY app_id")
        defer { statement.reset() }
        var counts: [String: Int64] = [:]
        while try statement.step() { counts[statement.string(0)] = statement.integer(1) }
        return counts
    }
}
