import Kernel
import Logging
import ServiceLifecycle
import Synchronization

/// Carries out runs in the background, whatever becomes of who asked for them. One at a time, since the catalog has one at a time.
final class BackupWorker: Service {
    private let runner: BackupRunner
    private let afterwards: @Sendable () async -> Void
    private let logger: Logger
    private let begun: AsyncStream<CatalogEntry>
    private let continuation: AsyncStream<CatalogEntry>.Continuation
    private let isRunning = Mutex(false)

    /// - Parameter afterwards: what is done after each run.
    init(runner: BackupRunner, logger: Logger, afterwards: @escaping @Sendable () async -> Void = {}) {
        self.runner = runner
        self.afterwards = afterwards
        self.logger = logger
        // The catalog lets no second one begin while one waits here.
        (begun, continuation) = AsyncStream.makeStream(bufferingPolicy: .bufferingOldest(4))
    }

    /// Begins a run, and returns; it is carried out later.
    ///
    /// - Throws: ``BackupError`` with `running` while one is under way, and `unavailable` while the server starts or stops.
    func start(_ kind: CatalogEntry.Kind, for requester: Requester) async throws -> CatalogEntry {
        guard takesRuns else { throw BackupError(.unavailable, "Backups are not made now.") }
        let entry = try await BackupError.translating { try await runner.begin(kind, for: requester) }
        continuation.yield(entry)
        return entry
    }

    /// Whether runs are carried out.
    var takesRuns: Bool { isRunning.withLock { $0 } }

    func run() async throws {
        isRunning.withLock { $0 = true }
        defer { isRunning.withLock { $0 = false } }
        for await entry in begun {
            do {
                try await runner.carryOut(entry)
                await afterwards()
            } catch {
                logger.error(
                    "a backup's end could not be noted", metadata: ["backup": "\(entry.id)", "error": "\(error)"])
            }
        }
        try Task.checkCancellation()
    }
}
