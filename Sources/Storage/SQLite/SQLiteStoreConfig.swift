/// How a SQLite store is opened and what it may use.
public struct SQLiteStoreConfig: Sendable {
    /// What a commit waits for.
    public enum Synchronous: String, Sendable, CaseIterable {
        /// Until the disk has it: an acknowledged push survives power loss.
        case full
        /// Until the operating system has it: power loss may take the last pushes, never the file's soundness.
        case normal
    }

    /// The database file. Folders that are missing are made, readable for the owner alone.
    public var path: String
    /// What a commit waits for.
    public var synchronous: Synchronous
    /// How many pages can be read at the same time; at least 1.
    public var readers: Int
    /// How many pushes may wait for the writer; those beyond get ``StoreError/Code/overloaded``.
    public var maxQueuedPushes: Int
    /// How many pushes and reads may be under way in all, waiting ones included; those beyond get ``StoreError/Code/overloaded``.
    public var maxOperations: Int
    /// Whether ``SQLiteStore/start()`` applies pending migrations. If not, it throws ``StoreError/Code/needsMigration`` where there are any.
    public var migrate: Bool
    /// How long the writer waits for another program that has the file locked.
    public var busyTimeout: Duration

    /// How many pages the file may have; SQLite's own bound where nil. For tests of a full disk.
    package var maxPageCount: Int?

    /// A configuration of its parts.
    public init(
        path: String, synchronous: Synchronous = .full, readers: Int = 4, maxQueuedPushes: Int = 1024,
        maxOperations: Int = 4096, migrate: Bool = true, busyTimeout: Duration = .seconds(5)
    ) {
        self.path = path
        self.synchronous = synchronous
        self.readers = readers
        self.maxQueuedPushes = maxQueuedPushes
        self.maxOperations = maxOperations
        self.migrate = migrate
        self.busyTimeout = busyTimeout
    }
}
