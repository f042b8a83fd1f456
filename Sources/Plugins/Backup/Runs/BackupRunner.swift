import ArtifactStore
import Domain
import Kernel
import Logging
import ManaFormat

/// Makes backups: begins a run, and carries it out step by step as ``RunMachine`` says.
struct BackupRunner: Sendable {
    let catalog: Catalog
    let audit: AuditLog
    let store: any ArtifactStore
    let source: BundleSource
    let time: any TimeSource
    let metrics: BackupMetrics
    let logger: Logger

    /// How far a run is, for who watches.
    enum Progress: Sendable {
        case storing(changes: Int64, of: Int64)
        case verifying(bytes: UInt64, of: UInt64)
    }

    /// Begins a run: the catalog has it, and the audit log. It has to be carried out by ``carryOut(_:progress:)``.
    ///
    /// - Throws: ``BackupError`` with `running` while one is under way.
    func begin(_ kind: CatalogEntry.Kind, for requester: Requester) async throws -> CatalogEntry {
        try await recover(atStart: false)
        var entry = try await catalog.begin(kind, for: requester)
        do {
            let recorded = try await audit.append(.backup(.backupCreated, entry.id, by: requester, kind: kind))
            entry.auditID = recorded.number
            try await catalog.note(auditID: recorded.number, of: entry.id)
        } catch {
            try await catalog.fail(entry.id, because: "The audit log could not be written.")
            throw error
        }
        return entry
    }

    /// Carries a run out, to its end: done and verified, or failed. Where the task is cancelled, it fails.
    ///
    /// - Returns: the catalog's entry in the end.
    @discardableResult
    func carryOut(
        _ entry: CatalogEntry, progress: @escaping @Sendable (Progress) -> Void = { _ in }
    ) async throws -> CatalogEntry {
        let began = time.elapsed
        var machine = RunMachine()
        var actions = machine.handle(.begun)
        var failure: BackupError?
        while !actions.isEmpty {
            let action = actions.removeFirst()
            do {
                if let event = try await perform(action, entry, failure, progress) { actions += machine.handle(event) }
            } catch {
                let error = BackupError(any: error)
                // What is left to do after a failure is done as far as it goes; what cannot be done is found at the next start.
                guard failure == nil else {
                    logger.error(
                        "a backup's failure could not be noted", metadata: ["error": "\(error.debugDescription)"])
                    continue
                }
                failure = error
                actions = machine.handle(.failed(error.code))
            }
        }
        let ended = try await unlessCancelled { try await catalog.entry(entry.id) }
        report(ended, failure, took: time.elapsed - began)
        return ended
    }

    /// Marks a run as failed that its instance cannot end any more: at the start of an instance, and when another one is in its way.
    func recover(atStart: Bool) async throws {
        guard let dead = try await catalog.abandoned(atStart: atStart) else { return }
        let reason = "The instance that made the backup stopped in the middle of it."
        guard try await catalog.fail(dead.id, because: reason) else { return }
        try await audit.append(
            .backup(.backupFailed, dead.id, by: dead.requester, kind: dead.kind, error: .interrupted))
        logger.warning("a backup was broken off by a crash", metadata: ["backup": "\(dead.id)"])
        metrics.runEnded(dead.kind, isDone: false)
        if let uri = dead.uri { try await store.delete(uri) }
        // It may have been stored without that being noted. What others store at the same time is theirs.
        guard let key = ArtifactKey(Self.key(of: dead)) else { return }
        try await store.delete(store.uri(of: key))
        try await store.removeAbandoned(of: key, before: UnixTime(microseconds: .max))
    }

    private func perform(
        _ action: RunMachine.Action, _ entry: CatalogEntry, _ failure: BackupError?,
        _ progress: @escaping @Sendable (Progress) -> Void
    ) async throws -> RunMachine.Event? {
        switch action {
        case .store:
            return .stored(try await whileBeating(entry.id) { try await storeBundle(of: entry, progress) })
        case .recordStored(let bundle):
            try await catalog.store(bundle, of: entry.id)
        case .verify(let bundle):
            _ = try await whileBeating(entry.id) {
                try await BundleCheck(store: store).check(bundle.uri, is: bundle) {
                    progress(.verifying(bytes: $0, of: bundle.size))
                }
            }
            return .verified
        case .recordDone:
            try await unlessCancelled { try await catalog.finish(entry.id) }
        case .recordFailed(let code):
            try await unlessCancelled {
                guard try await catalog.fail(entry.id, because: failure?.message ?? code.rawValue) else { return }
                try await audit.append(
                    .backup(.backupFailed, entry.id, by: entry.requester, kind: entry.kind, error: code))
            }
        case .remove(let uri):
            try await unlessCancelled { try await store.delete(uri) }
        }
        return nil
    }

    private func storeBundle(
        of entry: CatalogEntry, _ progress: @escaping @Sendable (Progress) -> Void
    ) async throws -> StoredBundle {
        guard let key = ArtifactKey(Self.key(of: entry)) else {
            throw BackupError(.internalFault, "The artifact's key is none.")
        }
        var written: BundleSource.Written?
        let artifact = try await store.put(key) { sink in
            written = try await source.write(to: sink) { progress(.storing(changes: $0, of: $1)) }
        }
        guard let written, artifact.size == written.size else {
            throw BackupError(.damaged, "The store has another number of bytes than were written.")
        }
        return StoredBundle(
            uri: artifact.uri, size: artifact.size, sha256: written.sha256, rowCounts: written.manifest.rowCounts,
            entryCount: written.manifest.entries.count + 1)
    }

    /// `mana-sync-20260131-030000-01990b3c….mana`: sorts by time, and tells which entry of the catalog it is.
    static func key(of entry: CatalogEntry) -> String {
        let digits = entry.startedAt.rfc3339.prefix(19).filter(\.isNumber)
        return "mana-sync-\(digits.prefix(8))-\(digits.dropFirst(8))-\(entry.id).mana"
    }

    /// Says every now and then that the run is alive, while `work` is done; ends `work` where the run was taken for dead.
    private func whileBeating<Value: Sendable>(
        _ id: String, _ work: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        try await withThrowingTaskGroup(of: Value?.self) { group in
            group.addTask { try await work() }
            group.addTask { [catalog, time] in
                while true {
                    try await time.sleep(for: Catalog.heartbeat)
                    try await catalog.beat(id)
                }
            }
            defer { group.cancelAll() }
            guard let first = try await group.next(), let value = first else { throw CancellationError() }
            return value
        }
    }

    /// Does what has to be done also where the task was cancelled: the database would refuse a cancelled one.
    private func unlessCancelled<Value: Sendable>(
        _ work: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        // Waited for, whatever happens: it outlives nothing.
        try await Task { try await work() }.value
    }

    private func report(_ entry: CatalogEntry, _ failure: BackupError?, took duration: Duration) {
        metrics.runEnded(entry.kind, isDone: entry.status == .done)
        guard entry.status == .done else {
            logger.error(
                "a backup failed",
                metadata: ["backup": "\(entry.id)", "error": "\(failure?.debugDescription ?? entry.error ?? "")"])
            return
        }
        metrics.succeeded(at: entry.finishedAt ?? time.now, bytes: entry.size ?? 0, took: duration)
        logger.notice(
            "a backup is done and verified",
            metadata: [
                "backup": "\(entry.id)", "bytes": "\(entry.size ?? 0)",
                "changes": "\(entry.rowCounts.values.reduce(0, +))",
            ])
    }
}
