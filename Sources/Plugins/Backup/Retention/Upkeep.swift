import Kernel
import Logging
import ServiceLifecycle

/// What has to be done every now and then: staged snapshots go, runs of dead instances are noted, retention and the sweep do their work, and the
/// ledger of erasures is kept beside the artifacts.
struct Upkeep: Service {
    let backups: OperatorBackups
    let snapshots: Snapshots
    let time: any TimeSource
    let logger: Logger

    /// How often staged snapshots and dead runs are looked for.
    static let glance = Duration.seconds(60)
    /// How many glances there are between two sweeps.
    static let glancesBetweenSweeps = 60

    func run() async throws {
        var glances = 0
        while true {
            try await time.sleep(for: Self.glance)
            await snapshots.removeExpired()
            await attempt("look for broken runs") { try await backups.runner.recover(atStart: false) }
            await attempt("look for the newest backup") { try await backups.showLastSuccess() }
            if glances.isMultiple(of: Self.glancesBetweenSweeps) { await sweep() }
            glances += 1
        }
    }

    /// Retention, the sweep and the ledger.
    func sweep() async {
        await attempt("remove expired backups") { _ = try await backups.housekeeping.prune(for: .system) }
        await attempt("sweep the store of artifacts") { _ = try await backups.housekeeping.sweep() }
        await attempt("keep the ledger of erasures") { try await backups.ledgers.keep() }
    }

    private func attempt(_ what: String, _ work: () async throws -> Void) async {
        do {
            try await work()
        } catch is CancellationError {
            // The server stops.
        } catch {
            logger.warning("could not \(what)", metadata: ["error": "\(BackupError(any: error).debugDescription)"])
        }
    }
}
