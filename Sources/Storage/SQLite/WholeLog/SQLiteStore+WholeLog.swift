public import Domain
import Kernel
import NIOPosix
import StorageShared

extension SQLiteStore: WholeLog {
    public func withSnapshot<Value: Sendable>(
        _ use: (any LogSnapshot) async throws -> Value
    ) async throws -> Value {
        try await withThread { (thread, file) in
            let snapshot = try await thread.onThread { [config] () throws(StoreError) in
                try SQLiteSnapshot(of: file, config: config, thread: thread)
            }
            return try await use(snapshot)
        }
    }

    /// The store has to be started anew afterwards: its writer knows an older clock.
    public func withRestoration<Value: Sendable>(
        isReplacing: Bool, _ use: (any LogRestoration) async throws -> Value
    ) async throws -> Value {
        try await withThread { (thread, file) in
            let restoration = try await thread.onThread { [config, time] () throws(StoreError) in
                try SQLiteRestoration(of: file, config: config, time: time, isReplacing: isReplacing, thread: thread)
            }
            do {
                let value = try await use(restoration)
                try await restoration.commit()
                return value
            } catch {
                await restoration.rollBack()
                throw error
            }
        }
    }

    public func approximateSize() async throws(StoreError) -> UInt64 {
        UInt64(try DatabaseFile(path: config.path).size() ?? 0)
    }

    public func copyDatabase(to path: String) async throws(StoreError) -> DatabaseCopy? {
        let engine = try enter()
        defer { engine.gate.leave() }
        let file = try DatabaseFile(path: config.path)
        let thread = NIOThreadPool(numberOfThreads: 1)
        thread.start()
        defer { thread.shutdownGracefully { _ in } }
        return try await thread.onThread { [config] () throws(StoreError) in
            try DatabaseCopying(source: file, target: DatabaseFile(path: path), config: config).copy()
        }
    }

    /// Lends a thread that may block for as long as a backup takes, and the file.
    private func withThread<Value>(
        _ use: (NIOThreadPool, DatabaseFile) async throws -> Value
    ) async throws -> Value {
        let engine = try enter()
        defer { engine.gate.leave() }
        let thread = NIOThreadPool(numberOfThreads: 1)
        thread.start()
        // What the thread holds goes with it; nobody waits for that.
        defer { thread.shutdownGracefully { _ in } }
        return try await use(thread, try DatabaseFile(path: config.path))
    }
}
