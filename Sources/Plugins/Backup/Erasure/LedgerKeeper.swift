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

    /// Writes the database's ledger in place of the one that is kept.
    func keep() async throws {
        let ledger = try await users.erasureLedger()
        guard let key = ArtifactKey("\(Self.prefix)\(try SHA256Digest.of(ledger.secret).hexadecimal.prefix(16)).json")
        else { return }
        let bytes = ByteBuffer(bytes: ledger.json)
        _ = try await store.put(key) { try await $0.write(bytes) }
    }

    /// All ledgers that are kept.
    func kept() async throws -> [ErasureLedger] {
        var ledgers: [ErasureLedger] = []
        for artifact in try await store.list() where artifact.key.description.hasPrefix(Self.prefix) {
            guard artifact.size <= UInt64(ErasureLedger.maximumLength) else {
                throw BackupError(.damaged, "A ledger of erasures is too large.")
            }
            var text: [UInt8] = []
            try await store.get(artifact.uri, range: nil) { text += $0.readableBytesView }
            ledgers.append(try ErasureLedger(parsing: text))
        }
        return ledgers
    }
}
