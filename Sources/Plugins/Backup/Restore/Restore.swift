import ArtifactStore
import Domain
import Kernel
import ManaFormat
import NIOCore

/// Brings a bundle back into a database, of whichever engine (spec: backup.md, "Schedule, retention, restore").
///
/// The bundle is read twice: once to check all of it, then to write it, in one transaction. So a bundle that is damaged changes nothing, and neither does
/// a restore that is broken off: it is simply done again.
struct Restore: Sendable {
    let log: any WholeLog
    let store: any ArtifactStore
    let ledgers: LedgerKeeper
    /// Opens the database anew.
    let reopen: @Sendable () async throws -> Void

    /// How far a restore is.
    enum Progress: Sendable {
        case checking(bytes: UInt64, of: UInt64)
        case writing(changes: Int64, of: Int64)
        case erasing
    }

    /// What a restore did.
    struct Outcome: Sendable {
        /// What the bundle says of itself.
        var manifest: BundleManifest
        /// What was erased again.
        var erasures = ReappliedErasures()
    }

    /// Checks a bundle, all of it.
    func check(
        _ origin: BundleOrigin, _ progress: @Sendable (Progress) -> Void
    ) async throws -> BundleDecoder.Contents {
        let size = try await origin.size(in: store)
        let decoder = try BundleDecoder()
        var read: UInt64 = 0
        try await origin.read(from: store) { chunk in
            _ = try await decoder.take(chunk, keepsRows: false)
            read += UInt64(chunk.readableBytes)
            progress(.checking(bytes: read, of: size))
        }
        return try await decoder.finish()
    }

    /// Writes a bundle that was checked, and erases again what was erased since it was made.
    ///
    /// - Parameter isReplacing: Whether what the database holds goes. If not, one that holds anything is refused.
    func apply(
        _ origin: BundleOrigin, _ checked: BundleDecoder.Contents, isReplacing: Bool,
        _ progress: @escaping @Sendable (Progress) -> Void
    ) async throws -> Outcome {
        // What cannot be read now could not be erased later.
        let kept = try await ledgers.kept()
        let erasures = try await log.withRestoration(isReplacing: isReplacing) { restoration in
            try await write(origin, checked, to: restoration, progress)
            try await restoration.raiseClock(to: checked.manifest.clock)
            guard try await restoration.counts() == checked.manifest.rowCounts else {
                throw BackupError(
                    .internalFault, "The database has other changes than the bundle; nothing was changed.")
            }
            progress(.erasing)
            return try await restoration.reapply(kept + (checked.ledger.map { [$0] } ?? []))
        }
        try await reopen()
        return Outcome(manifest: checked.manifest, erasures: erasures)
    }

    private func write(
        _ origin: BundleOrigin, _ checked: BundleDecoder.Contents, to restoration: any LogRestoration,
        _ progress: @Sendable (Progress) -> Void
    ) async throws {
        let decoder = try BundleDecoder()
        let all = checked.manifest.eventCount
        var written: Int64 = 0
        try await origin.read(from: store) { chunk in
            for rows in try await decoder.take(chunk, keepsRows: true) {
                for batch in rows.records.batches(of: 1000) { try await restoration.append(batch, to: rows.table) }
                if rows.table == .changes { written += Int64(rows.records.count) }
            }
            progress(.writing(changes: written, of: all))
        }
        // The file, or the artifact, may have been changed since it was checked.
        guard try await decoder.finish().sha256 == checked.sha256 else {
            throw BackupError(.damaged, "The bundle was changed while it was restored; nothing was changed.")
        }
    }
}

extension [LogRecord] {
    /// The elements in arrays of at most `count`.
    fileprivate func batches(of count: Int) -> [[LogRecord]] {
        stride(from: 0, to: self.count, by: count).map { Array(self[$0..<Swift.min($0 + count, self.count)]) }
    }
}
