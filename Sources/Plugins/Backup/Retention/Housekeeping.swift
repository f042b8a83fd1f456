import ArtifactStore
import Foundation
import Kernel
import Logging

/// Removes backups that no rule keeps, and what belongs to none (spec: backup.md, "Schedule, retention, restore").
struct Housekeeping: Sendable {
    let policy: RetentionPolicy?
    let timeZone: TimeZone
    let catalog: Catalog
    let audit: AuditLog
    let store: any ArtifactStore
    let time: any TimeSource
    let metrics: BackupMetrics
    let logger: Logger

    /// How old something has to be before it can belong to nobody: an upload takes its time.
    static let orphanAge = Duration.seconds(24 * 3600)

    /// The backups that no rule keeps, oldest first.
    func expired() async throws -> [CatalogEntry] {
        guard let policy else { return [] }
        let kept = try await catalog.kept()
        let candidates = kept.map {
            RetentionPolicy.Candidate(
                id: $0.id, finishedAt: $0.finishedAt ?? $0.startedAt, isVerified: $0.verifiedAt != nil)
        }
        let ids = policy.expired(candidates, now: time.now, in: timeZone)
        return ids.compactMap { id in kept.first { $0.id == id } }
    }

    /// Removes them.
    func prune(for requester: Requester) async throws -> [CatalogEntry] {
        let expired = try await expired()
        for entry in expired {
            guard try await catalog.markDeleted(entry.id) else { continue }
            try await audit.append(.backup(.backupDeleted, entry.id, by: requester, kind: entry.kind))
            if let uri = entry.uri { try await store.delete(uri) }
            logger.info("a backup was removed by retention", metadata: ["backup": "\(entry.id)"])
        }
        metrics.pruned(expired.count)
        return expired
    }

    /// What a sweep found.
    struct Sweep: Sendable {
        /// Artifacts of backups that failed or were removed; they are removed now.
        var orphans: [ArtifactURI] = []
        /// Entries whose artifact is not there; it is noted that they are not verified, and not deleted: it may come back.
        var missing: [String] = []
        /// Uploads that were broken off; they were removed.
        var abandoned = 0
    }

    /// Sweeps both ways: artifacts whose entry says that there is none, and entries without an artifact. Leaves alone what is young, and what the catalog does
    /// not know: a new database beside old artifacts has an empty catalog, and is there to be restored from them.
    func sweep() async throws -> Sweep {
        var found = Sweep()
        // The store first: an artifact that comes meanwhile has its entry later.
        let artifacts = try await store.list()
        let released = Set(try await catalog.released().map { BackupRunner.key(of: $0) })
        let limit = time.now.advanced(by: .zero - Self.orphanAge)
        found.abandoned = try await store.removeAbandoned(before: limit)
        for artifact in artifacts
        where released.contains(artifact.key.description) && artifact.storedAt < limit {
            try await store.delete(artifact.uri)
            found.orphans.append(artifact.uri)
        }
        let there = Set(artifacts.map(\.uri))
        for entry in try await catalog.kept() {
            guard let uri = entry.uri, !there.contains(uri) else {
                continue
            }
            do throws(ArtifactError) {
                _ = try await store.describe(uri)
            } catch {
                guard error.code == .notFound || error.code == .foreignURI else { throw error }
                found.missing.append(entry.id)
                if entry.verifiedAt != nil {
                    try await catalog.markVerified(entry.id, isSound: false)
                    try await audit.append(.backup(.backupDamaged, entry.id, by: .system, error: .damaged))
                    logger.error("a backup's artifact is gone", metadata: ["backup": "\(entry.id)"])
                }
            }
        }
        metrics.foundOrphans(found.orphans.count + found.missing.count)
        if !found.orphans.isEmpty {
            logger.warning("artifacts without an entry were removed", metadata: ["count": "\(found.orphans.count)"])
        }
        return found
    }
}
