/// The whole log of all users, for an operator's backups (spec: backup.md, "Backup runs"; the contract suite in Tests/Contracts checks it).
///
/// It sees all rows, also where the engine else shows each user their own.
public protocol WholeLog: Sendable {
    /// Lends a view of the log as it is at one moment, whatever is pushed meanwhile.
    ///
    /// It is the one long transaction that is allowed: writers go on beside it, and it ends with `use`.
    ///
    /// - Throws: ``StoreError``, or what `use` throws.
    func withSnapshot<Value: Sendable>(_ use: (any LogSnapshot) async throws -> Value) async throws -> Value

    /// Lends a way to write the log anew, in one transaction: it takes place when `use` returns, and nothing of it where `use` throws.
    ///
    /// Nobody else writes meanwhile. Afterwards the clock is above every row, and above what it was. The ledger of erasures stays as it is: what
    /// came back and was erased is removed by ``LogRestoration/reapply(_:)``, before anybody sees it.
    ///
    /// - Parameter isReplacing: Whether what is there goes first. If not, a log that holds anything is refused with `inUse`.
    /// - Throws: ``StoreError``, or what `use` throws.
    func withRestoration<Value: Sendable>(
        isReplacing: Bool, _ use: (any LogRestoration) async throws -> Value
    ) async throws -> Value

    /// About how many bytes a copy of the log takes, to see beforehand whether there is room; 0 where nobody can say.
    func approximateSize() async throws(StoreError) -> UInt64

    /// Writes a file of the engine's own that holds all of the database, checked, as it is at one moment; nil where the engine has no such files.
    ///
    /// - Parameter path: Where; nothing may be there yet. What fails leaves nothing there.
    /// - Throws: `full` where the disk is.
    func copyDatabase(to path: String) async throws(StoreError) -> DatabaseCopy?
}

/// A copy of a database that was checked.
public struct DatabaseCopy: Hashable, Sendable {
    /// How many changes it has.
    public var changes: Int64

    /// A copy of its parts.
    public init(changes: Int64) {
        self.changes = changes
    }
}

/// A view of the log at one moment.
public protocol LogSnapshot: Sendable {
    /// The last place that the clock had given out.
    var clock: Cursor { get }

    /// How many changes there are, by app.
    func counts() async throws(StoreError) -> [String: Int64]

    /// The next rows of a table, in its order; none at its end. One table after the other is read.
    func next(of table: LogTable, limit: PageLimit) async throws(StoreError) -> [LogRecord]
}

/// A log that is being written anew.
public protocol LogRestoration: Sendable {
    /// Stores rows exactly as they are.
    ///
    /// - Throws: `internalFault` for rows that the database refuses, whose event id is there already for example.
    func append(_ records: [LogRecord], to table: LogTable) async throws(StoreError)

    /// Does what ``UserLog/reapply(_:)`` does, in the same transaction; once all rows are there.
    func reapply(_ ledgers: [ErasureLedger]) async throws(StoreError) -> ReappliedErasures

    /// Raises the clock to a place at least.
    func raiseClock(to place: Cursor) async throws(StoreError)

    /// How many changes there are now, by app.
    func counts() async throws(StoreError) -> [String: Int64]
}
