import Domain
import Kernel
import NIOPosix
import StorageShared

/// All that is alive while a store is open.
struct SQLiteEngine: Sendable {
    let gate: OperationGate
    let writer: Writer
    let readers: ReaderPool
    let threads: StoreThreads
    let lock: FileLock

    /// Opens the database as configured.
    static func open(
        _ config: SQLiteStoreConfig, migrator: Migrator, time: any TimeSource, metrics: StoreMetrics,
        notices: ChangeNoticeBoard
    ) async throws(StoreError) -> SQLiteEngine {
        let threads = StoreThreads(readers: max(1, config.readers))
        do throws(StoreError) {
            return try await threads.writer.onThread { () throws(StoreError) -> SQLiteEngine in
                let (connection, file, lock) = try SQLiteEngine.prepare(config, migrator: migrator)
                let session = try WriterSession(connection: connection, time: time)
                var readers: [ReaderSession] = []
                for _ in 0..<max(1, config.readers) {
                    readers.append(try ReaderSession(connection: .reader(of: file, config: config)))
                }
                return SQLiteEngine(
                    gate: OperationGate(limit: config.maxOperations),
                    writer: Writer(
                        session: session, threads: threads.writer, queueLimit: config.maxQueuedPushes,
                        metrics: metrics, notices: notices),
                    readers: ReaderPool(sessions: readers, threads: threads.readers, metrics: metrics),
                    threads: threads, lock: lock)
            }
        } catch {
            await threads.end()
            throw error
        }
    }

    /// Makes or inspects the file, locks it, and brings it to the schema that this server knows.
    ///
    /// A file that is refused is left as it is: all that is looked at is looked at before anything is written.
    static func prepare(
        _ config: SQLiteStoreConfig, migrator: Migrator
    ) throws(StoreError) -> (SQLiteConnection, DatabaseFile, FileLock) {
        var file = try DatabaseFile(path: config.path)
        if !config.migrate, try file.size() == nil { throw needsMigration }
        try file.makeFolder()
        file = try DatabaseFile(path: config.path)
        let lock = try FileLock(forDatabaseAt: file.path)
        let pending = try migrator.plan.pending(after: DatabaseInspection.of(file).applied)
        guard config.migrate || pending.isEmpty else { throw needsMigration }
        try file.makeFile()
        let connection = try SQLiteConnection.writer(to: file, config: config)
        if !pending.isEmpty { _ = try migrator.migrate(connection) }
        return (connection, file, lock)
    }

    /// Lets what is under way come to its end, then closes everything.
    func close() async {
        await gate.close()
        await threads.end()
        readers.close()
        writer.close()
        lock.release()
    }

    private static let needsMigration = StoreError(
        .needsMigration, "The database needs migrations: run `mana-sync db migrate`.")
}

/// The threads on which SQLite blocks, never one of the cooperative pool's.
struct StoreThreads: Sendable {
    let writer = NIOThreadPool(numberOfThreads: 1)
    let readers: NIOThreadPool

    init(readers count: Int) {
        readers = NIOThreadPool(numberOfThreads: count)
        writer.start()
        readers.start()
    }

    /// Ends the threads when what they are at is done.
    func end() async {
        for pool in [writer, readers] {
            await withCheckedContinuation { continuation in
                // The error would say that the pool had ended before.
                pool.shutdownGracefully { _ in continuation.resume() }
            }
        }
    }
}
