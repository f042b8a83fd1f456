import ArtifactStore
import Domain
import Kernel
import Logging
import ManaFormat
import NIOCore

/// Keeps the ledger of erasures beside the artifacts, so that a restore of an old one into a new database knows of later erasures
/// (spec: backup.md, "Erasure").
struct LedgerKeeper: ArtifactRetention {
    let store: any ArtifactStore
    let users: any UserLog
    let catalog: Catalog
    let forecast: RetentionForecast?
    let time: any TimeSource
    let logger: Logger

    /// Keeps the ledger, which has just grown, and says whether there are artifacts that hold what was erased, and when retention will have
    /// removed the last of them if the scheduled backups are made. A run under way may hold it too.
    func hold() async throws -> ArtifactHold {
        do {
            try await keep()
        } catch {
            // The erasure took place; the next sweep keeps the ledger, and the database has it in any case.
            logger.warning(
                "the ledger of erasures could not be kept beside the artifacts", metadata: ["error": "\(error)"])
        }
        guard try await catalog.holdsAnything() else { return .none }
        return forecast?.end(ofBackupsUntil: time.now).map { .until($0) } ?? .untilRemoved
    }

    /// One for each database, by a part of the digest of its secret.
    private static let prefix = "mana-sync-erasures-"

    /// Writes the database's ledger in place of the one that is kept. Nothing that was kept is lost, also where somebody put an older
    /// database in place. Nothing is erased by it: a copy of this database that works on the same artifacts must not erase in this one.
    func keep() async throws {
        var ledger = try await users.erasureLedger()
        if let kept = try await read(key(of: ledger)) { ledger = ledger.merged(with: kept) }
        let bytes = ByteBuffer(bytes: ledger.json)
        _ = try await store.put(try key(of: ledger)) { try await $0.write(bytes) }
    }

    /// Erases again what this database's ledger beside the artifacts has, and the database has not: it is an older copy that was put in place by
    /// hand. Ledgers of other databases are for restores alone: they may belong to other deployments that share the store.
    ///
    /// - Parameter patience: How long the store of artifacts may take to hand the ledger out.
    /// - Throws: ``BackupError`` with `unavailable` where the store takes longer.
    func reapply(patience: Duration) async throws {
        let own = try await users.erasureLedger()
        guard let kept = try await withPatience(patience, { try await read(key(of: own)) }), kept.secret == own.secret,
            own.lacksAny(of: kept)
        else { return }
        let reapplied = try await users.reapply([kept])
        if reapplied.erased > 0 {
            logger.warning(
                "the database is older than the ledger of erasures: what it had of erased users was erased again",
                metadata: ["users": "\(reapplied.users)", "erased": "\(reapplied.erased)"])
        }
    }

    private func withPatience<Value: Sendable>(
        _ patience: Duration, _ work: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        try await withThrowingTaskGroup(of: Value.self) { group in
            group.addTask(operation: work)
            group.addTask { [time] in
                try await time.sleep(for: patience)
                throw BackupError(.unavailable, "The store of artifacts did not answer in time.")
            }
            defer { group.cancelAll() }
            guard let first = try await group.next() else { throw CancellationError() }
            return first
        }
    }

    /// All ledgers that are kept.
    func kept() async throws -> [ErasureLedger] {
        var ledgers: [ErasureLedger] = []
        for artifact in try await store.list() where artifact.key.description.hasPrefix(Self.prefix) {
            ledgers.append(try await read(artifact))
        }
        return ledgers
    }

    private func key(of ledger: ErasureLedger) throws -> ArtifactKey {
        let digest = try SHA256Digest.of(ledger.secret).hexadecimal
        guard let key = ArtifactKey("\(Self.prefix)\(digest.prefix(16)).json") else {
            throw BackupError(.internalFault, "The name of the ledger of erasures is none.")
        }
        return key
    }

    private func read(_ key: ArtifactKey) async throws -> ErasureLedger? {
        guard let artifact = try await store.list().first(where: { $0.key == key }) else { return nil }
        return try await read(artifact)
    }

    private func read(_ artifact: StoredArtifact) async throws -> ErasureLedger {
        guard artifact.size <= UInt64(ErasureLedger.maximumLength) else {
            throw BackupError(.damaged, "A ledger of erasures is too large.")
        }
        var text: [UInt8] = []
        try await store.get(artifact.uri, range: nil) { text += $0.readableBytesView }
        return try ErasureLedger(parsing: text)
    }
}
