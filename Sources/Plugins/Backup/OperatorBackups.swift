import ArtifactStore
import Domain
import Foundation
public import Kernel
import Logging

/// The operator's backups: made, listed, verified, removed. The routes, the schedule and the command line are made of it.
public final class OperatorBackups: Sendable {
    let catalog: Catalog
    let audit: AuditLog
    let store: any ArtifactStore
    let runner: BackupRunner
    let source: BundleSource
    let housekeeping: Housekeeping
    let ledgers: LedgerKeeper
    /// The logs in database files, and where they are staged.
    let copies: any DatabaseCopies
    let staging: StagingFolder
    let time: any TimeSource
    let metrics: BackupMetrics
    let logger: Logger

    /// The backups of a server.
    ///
    /// - Parameter instance: What this process is called in the catalog.
    init(
        config: BackupConfig, store: any ArtifactStore, log: any WholeLog, users: any UserLog,
        copies: any DatabaseCopies,
        tables: any PluginTables, instance: String, dependencies: Dependencies
    ) {
        time = dependencies.time
        logger = dependencies.logger
        self.store = store
        self.copies = copies
        staging = StagingFolder(directory: config.stagingDirectory)
        metrics = BackupMetrics(factory: dependencies.metrics)
        catalog = Catalog(tables: tables, time: time, instance: instance)
        audit = AuditLog(tables: tables, time: time)
        source = BundleSource(log: log, users: users, time: time)
        ledgers = LedgerKeeper(
            store: store, users: users, catalog: catalog, forecast: config.forecast, time: time, logger: logger)
        runner = BackupRunner(
            catalog: catalog, audit: audit, store: store, source: source, time: time, metrics: metrics, logger: logger)
        housekeeping = Housekeeping(
            policy: config.retention.enabled ? RetentionPolicy(config.retention) : nil,
            timeZone: TimeZone(identifier: config.timeZone) ?? .gmt, catalog: catalog, audit: audit, store: store,
            time: time, metrics: metrics, logger: logger)
    }

    /// Makes the store ready, and notes as failed what a crash broke off.
    ///
    /// - Parameter isServer: Whether this is the instance's own start: a run of its name is dead then. A command works beside the server.
    func open(isServer: Bool) async throws {
        try await store.open()
        do {
            try await runner.recover(atStart: isServer)
        } catch {
            // The store may be out of reach: that is no reason not to serve. The sweep finds what is left.
            logger.warning("what a crash left of a backup could not be removed", metadata: ["error": "\(error)"])
        }
        if isServer { await eraseAgain() }
        try await showLastSuccess()
    }

    /// Nobody is served yet: if an older database was put in place, nobody sees what was erased.
    private func eraseAgain() async {
        do {
            try await ledgers.reapply(patience: .seconds(10))
        } catch {
            logger.warning(
                "the ledger of erasures beside the artifacts could not be read: if the database is an older copy, it may have users who were erased",
                metadata: ["error": "\(BackupError(any: error).debugDescription)"])
        }
    }

    /// Measures when the newest verified backup was made, by whichever instance.
    func showLastSuccess() async throws {
        let verified = try await catalog.kept().filter { $0.verifiedAt != nil }
        if let last = verified.compactMap(\.finishedAt).max() { metrics.knows(lastSuccess: last) }
    }

    /// A runner whose runs are another instance's: a command's, which a start of the server must not take for its own.
    func runner(of instance: String) -> BackupRunner {
        BackupRunner(
            catalog: Catalog(tables: catalog.tables, time: time, instance: instance), audit: audit, store: store,
            source: source, time: time, metrics: metrics, logger: logger)
    }

    /// Lets go what ``open(isServer:)`` took.
    func close() async {
        await store.close()
    }

    /// Reads a backup back and checks it whole; notes in the catalog what was found, and a damaged one in the audit log.
    ///
    /// - Returns: nil where all is well, else what is wrong.
    /// - Throws: ``BackupError`` with `notFound`, `unfinished`, `deleted`, and `unavailable` where it could not be read.
    func verify(
        _ id: String, for requester: Requester, progress: @escaping @Sendable (UInt64) -> Void = { _ in }
    ) async throws -> BackupError? {
        let entry = try await catalog.entry(id)
        let bundle = try entry.bundle()
        do {
            try await BundleCheck(store: store).check(bundle.uri, is: bundle, progress: progress)
        } catch {
            let error = BackupError(any: error)
            guard error.code == .damaged else { throw error }
            metrics.verifyFailed()
            try await catalog.markVerified(id, isSound: false)
            try await audit.append(.backup(.backupDamaged, id, by: requester, error: .damaged))
            logger.error("a backup is damaged", metadata: ["backup": "\(id)", "error": "\(error.debugDescription)"])
            return error
        }
        try await catalog.markVerified(id, isSound: true)
        return nil
    }

    /// Removes a backup's artifact; its entry stays. Does nothing the second time.
    func delete(_ id: String, for requester: Requester) async throws -> CatalogEntry {
        let entry = try await catalog.entry(id)
        guard entry.status == .done || entry.status == .failed else {
            throw BackupError(.running, "The backup is being made.", run: id)
        }
        // First the entry: an artifact that is left is an orphan, which the sweep finds; an entry without its artifact would be a promise.
        if try await catalog.markDeleted(id) { try await audit.append(.backup(.backupDeleted, id, by: requester)) }
        if let uri = entry.uri { try await store.delete(uri) }
        return try await catalog.entry(id)
    }

    /// A backup's artifact as a download.
    ///
    /// - Throws: ``BackupError`` with `notFound`, `unfinished`, `deleted`, `missing`.
    func download(_ id: String) async throws -> FileDownload {
        let entry = try await catalog.entry(id)
        let bundle = try entry.bundle()
        let artifact: StoredArtifact
        do {
            artifact = try await store.describe(bundle.uri)
        } catch  where error.code == .notFound {
            throw BackupError(
                .missing,
                "The backup's artifact is no longer where it was stored; the catalog's entry is all that is left.")
        }
        return FileDownload(
            store: store, artifact: artifact, name: artifact.key.description, contentType: "application/zip",
            tag: bundle.sha256)
    }
}

extension CatalogEntry {
    /// The bundle of a backup that is done.
    ///
    /// - Throws: ``BackupError`` with `deleted` or `unfinished`.
    func bundle() throws(BackupError) -> StoredBundle {
        guard deletedAt == nil else { throw BackupError(.deleted, "The backup's artifact was removed.") }
        guard status == .done, let uri, let size, let sha256, let entryCount else {
            throw BackupError(.unfinished, "The backup is not done: it has no artifact.")
        }
        return StoredBundle(
            uri: uri, size: UInt64(size), sha256: sha256, rowCounts: rowCounts, entryCount: entryCount,
            warnings: warnings)
    }
}

extension RetentionPolicy {
    /// The policy of the configuration.
    init(_ config: RetentionConfig) {
        self.init(
            last: config.last, daily: config.daily, weekly: config.weekly, monthly: config.monthly,
            minimumAge: config.minimumAge)
    }
}

extension ServiceKey where Value == OperatorBackups {
    /// The operator's backups, for the command line.
    public static let operatorBackups = ServiceKey("operator-backups")
}
