import Domain
import Kernel
import ManaFormat

/// One import: the archive is read twice, first to check it, then to store it (decision 9).
struct UserImport: Sendable {
    let log: any UserLog
    let user: UserID
    let file: SpoolFile
    let bound: TimestampBound
    let isRehearsal: Bool
    /// Nil where a space is a label.
    var judge: SpaceJudge?

    /// Checks all of the archive, then stores it, a batch in a transaction. What a failure or a cancellation leaves is a beginning, which a
    /// repetition completes.
    ///
    /// - Throws: `ManaError`, 403 `foreign_archive`; `StoreError`; ``SpoolError``.
    func run() async throws -> ImportReport {
        try await check()
        var report = ImportReport()
        let pass = try ArchivePass(of: file, user: user, lowering: bound)
        while true {
            try Task.checkCancellation()
            var batch = try await pass.next()
            if let judge { batch.changes = try await batch.changes.judged(by: judge, for: user) }
            if !batch.changes.isEmpty {
                let outcome = try await log.restore(batch.changes, of: user, isRehearsal: isRehearsal)
                report.add(outcome, ofBatch: batch.changes.count)
            }
            if batch.manifest != nil { return report }
        }
    }

    private func check() async throws {
        let pass = try ArchivePass(of: file, user: user, lowering: bound)
        repeat { try Task.checkCancellation() } while try await pass.next().manifest == nil
    }
}
