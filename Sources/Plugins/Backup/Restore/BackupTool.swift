import ArtifactStore
import Domain
import Foundation
public import Kernel
import ManaFormat

/// What `mana-sync backup …` does, without a server.
public struct BackupTool: Sendable {
    let backups: OperatorBackups
    private let runner: BackupRunner
    let show: @Sendable (String, Double?) -> Void

    /// A tool over the backups of a plan whose database is open.
    ///
    /// - Parameter show: told what is done now, and which part of it, from 0 to 1.
    public init(_ backups: OperatorBackups, show: @escaping @Sendable (String, Double?) -> Void) {
        self.backups = backups
        self.show = show
        let process = ProcessInfo.processInfo
        runner = backups.runner(of: "command:\(process.hostName):\(process.processIdentifier)")
    }

    /// A backup, in words for people.
    public struct Line: Sendable {
        /// Its columns: id, kind, status, started, size, changes, verified.
        public let columns: [String]
    }

    /// Makes a backup, verified.
    ///
    /// - Returns: its id and where it is.
    public func create() async throws -> (id: String, uri: String) {
        try await withStore {
            let entry = try await runner.begin(.onDemand, for: .commandLine)
            let done = try await runner.carryOut(entry, progress: report)
            guard done.status == .done, let uri = done.uri else {
                throw BackupError(.internalFault, done.error ?? "The backup failed.", run: done.id)
            }
            try await backups.ledgers.keep()
            return (done.id, uri.description)
        }
    }

    /// The newest backups.
    public func list(limit: Int) async throws -> [Line] {
        try await backups.catalog.latest(limit: limit).map { entry in
            Line(columns: [
                entry.id, entry.kind.rawValue, entry.deletedAt == nil ? entry.status.rawValue : "deleted",
                String(entry.startedAt.rfc3339.prefix(19)), entry.size.map { "\($0)" } ?? "-",
                "\(entry.rowCounts.values.reduce(0, +))",
                entry.verifiedAt.map { String($0.rfc3339.prefix(19)) } ?? "-",
            ])
        }
    }

    /// Reads backups back and checks them whole.
    ///
    /// - Parameter what: An id, a file, or nil for all that are kept.
    /// - Returns: for each what is wrong; nil where all is well.
    public func verify(_ what: String?) async throws -> [(name: String, fault: String?)] {
        try await withStore {
            if let what, isFile(what) {
                do {
                    _ = try await withOrigin(what) { try await restore().check($0) { report($0) } }
                    return [(what, nil)]
                } catch {
                    return [(what, "\(BackupError(any: error))")]
                }
            }
            var ids = what.map { [$0] } ?? []
            if what == nil { ids = try await backups.catalog.kept().map(\.id) }
            var found: [(String, String?)] = []
            for id in ids {
                let size = try await backups.catalog.entry(id).size.map { Double($0) }
                let fault = try await backups.verify(id, for: .commandLine) { [show] read in
                    show("verifying \(id)", size.map { Double(read) / max(1, $0) })
                }
                found.append((id, fault?.message))
            }
            return found
        }
    }

    /// Removes backups that no rule keeps, and sweeps.
    ///
    /// - Parameter isRehearsal: Whether to say what would go, and remove nothing.
    /// - Returns: the ids.
    public func prune(isRehearsal: Bool) async throws -> [String] {
        try await withStore {
            if isRehearsal { return try await backups.housekeeping.expired().map(\.id) }
            let removed = try await backups.housekeeping.prune(for: .commandLine).map(\.id)
            _ = try await backups.housekeeping.sweep()
            return removed
        }
    }

    /// What a restore did, or would do.
    public struct Restored: Sendable {
        /// How many changes the bundle has, by app.
        public let rowCounts: [String: Int64]
        /// When the log was as it is in the bundle.
        public let createdAt: UnixTime
        /// The backup of what was there before.
        public let safetyBackup: String?
        /// How many rows were erased again.
        public let erased: Int
    }

    /// Restores a bundle, or a copy of an SQLite database, into the database of the configuration.
    ///
    /// - Parameters:
    ///   - what: A file of either kind, or the id of a backup.
    ///   - isReplacing: Whether what is there goes; a backup of it is made first.
    ///   - isRehearsal: Whether to check everything and change nothing.
    ///   - reopen: Opens the database anew.
    /// - Throws: ``BackupError`` with `notEmpty`, `damaged`, `notRestorable`, …: nothing was changed then.
    public func restore(
        _ what: String, isReplacing: Bool, isRehearsal: Bool, reopen: @escaping @Sendable () async throws -> Void
    ) async throws -> Restored {
        try await withStore {
            try await withOrigin(what) { origin in
                try await restore(origin, isReplacing: isReplacing, isRehearsal: isRehearsal, restore(reopen))
            }
        }
    }

    private func restore(
        _ origin: BundleOrigin, isReplacing: Bool, isRehearsal: Bool, _ restore: Restore
    ) async throws -> Restored {
        let checked = try await restore.check(origin) { report($0) }
        let isEmpty = try await backups.source.log.withSnapshot { snapshot in
            for table in [LogTable.changes, .quarantine] {
                if try await !snapshot.next(of: table, limit: PageLimit(rows: 1)).isEmpty { return false }
            }
            return true
        }
        guard isEmpty || isReplacing else {
            throw BackupError(
                .notEmpty, "The database is not empty: --replace makes a backup of it and replaces it.")
        }
        var safety: String?
        var erased = 0
        if !isRehearsal {
            if !isEmpty {
                show("making a backup of what is there", nil)
                safety = try await makeSafetyBackup()
            }
            let outcome = try await restore.apply(origin, checked, isReplacing: isReplacing) { report($0) }
            erased = outcome.erasures.erased
            try await record(checked, erased: erased)
        }
        return Restored(
            rowCounts: checked.manifest.rowCounts, createdAt: checked.manifest.createdAt, safetyBackup: safety,
            erased: erased)
    }

    private func record(_ checked: BundleDecoder.Contents, erased: Int) async throws {
        var metadata = JSONObject()
        metadata.add("sha256", checked.sha256)
        metadata.add("changes", Int(checked.manifest.eventCount))
        metadata.add("erased", erased)
        try await backups.audit.append(
            AuditEvent(
                type: .backupRestored, actorID: Requester.commandLine.id, scope: .org, metadata: metadata.text))
        try await backups.ledgers.keep()
    }

    private func makeSafetyBackup() async throws -> String {
        let entry = try await runner.begin(.onDemand, for: .commandLine)
        let done = try await runner.carryOut(entry, progress: report)
        guard done.status == .done else {
            throw BackupError(
                .internalFault, "What is there could not be backed up: \(done.error ?? "unknown"). Nothing was changed."
            )
        }
        return done.id
    }

    private func restore(_ reopen: @escaping @Sendable () async throws -> Void = {}) -> Restore {
        Restore(
            log: backups.source.log, store: backups.store, ledgers: backups.ledgers,
            reopen: reopen)
    }

    private func withStore<Value>(_ use: () async throws -> Value) async throws -> Value {
        do {
            try await backups.open(isServer: false)
            let value = try await use()
            await backups.close()
            return value
        } catch {
            await backups.close()
            throw BackupError(any: error)
        }
    }

    @Sendable private func report(_ progress: BackupRunner.Progress) {
        switch progress {
        case .storing(let done, let all): show("writing \(done) of \(all) changes", Double(done) / Double(max(1, all)))
        case .verifying(let done, let all): show("verifying", Double(done) / Double(max(1, all)))
        }
    }

    @Sendable private func report(_ progress: Restore.Progress) {
        switch progress {
        case .checking(let done, let all): show("checking the bundle", Double(done) / Double(max(1, all)))
        case .writing(let done, let all): show("writing \(done) of \(all) changes", Double(done) / Double(max(1, all)))
        case .erasing: show("erasing again what was erased", nil)
        }
    }
}
