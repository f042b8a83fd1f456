import CoreMetrics
public import Domain
public import Kernel
import NIOPosix

/// The logs in SQLite files that are no server's.
public struct SQLiteCopies: DatabaseCopies {
    private let time: any TimeSource

    /// Copies that are read at the time of `time`.
    public init(time: any TimeSource) {
        self.time = time
    }

    public func withCopy<Value: Sendable>(
        at path: String, staging: String, _ use: (any WholeLog & UserLog) async throws -> Value
    ) async throws -> Value {
        let staged = "\(staging)/copy.db"
        let thread = NIOThreadPool(numberOfThreads: 1)
        thread.start()
        defer { thread.shutdownGracefully { _ in } }
        _ = try await thread.onThread { () throws(StoreError) in
            try DatabaseCopying(
                source: DatabaseFile(path: path), target: DatabaseFile(path: staged),
                config: SQLiteStoreConfig(path: staged)
            ).copyOfForeignFile()
        }
        let store = SQLiteStore(
            SQLiteStoreConfig(path: staged, synchronous: .normal, readers: 1), time: time,
            metrics: NOOPMetricsHandler.instance)
        try await store.start()
        let outcome: Result<Value, any Error>
        do {
            outcome = .success(try await use(store))
        } catch {
            outcome = .failure(error)
        }
        await store.stop()
        return try outcome.get()
    }
}
