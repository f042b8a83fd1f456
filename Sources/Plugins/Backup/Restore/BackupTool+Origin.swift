import ArtifactStore
import Domain
import Foundation
import ManaFormat
import NIOPosix

extension BackupTool {
    /// Whether there is something of this name in the file system.
    func isFile(_ what: String) -> Bool { FileManager.default.fileExists(atPath: what) }

    /// Lends what a file, or else a backup of the catalog, has to restore.
    ///
    /// - Throws: ``BackupError`` with `notRestorable` for a file that is something else, `notFound` where there is neither; or what `use` throws.
    func withOrigin<Value: Sendable>(
        _ what: String, _ use: (BundleOrigin) async throws -> Value
    ) async throws -> Value {
        guard isFile(what) else { return try await use(.artifact(try await artifact(what))) }
        let file = BackupFile(path: what)
        switch try await file.form() {
        case .database: return try await withCopy(of: what, use)
        case .archive:
            do {
                return try await use(.file(what))
            } catch let error as ManaError {
                throw try await file.refusalAsExport() ?? error
            }
        }
    }

    private func artifact(_ id: String) async throws -> ArtifactURI {
        do {
            return try await backups.catalog.entry(id).bundle().uri
        } catch let error as BackupError where error.code == .notFound {
            throw BackupError(.notFound, "There is neither a file nor a backup of this name: \(id)")
        }
    }

    /// Lends the log of an SQLite file, out of a copy that is staged meanwhile.
    private func withCopy<Value: Sendable>(
        of path: String, _ use: (BundleOrigin) async throws -> Value
    ) async throws -> Value {
        show("checking the database file", nil)
        let staging = backups.staging
        let folder = try await NIOThreadPool.singleton.runIfActive {
            let size = try BundleFile(path).size
            if let free = staging.freeSpace(), free < size {
                throw BackupError(
                    .full, "A copy of \(path) has no room in plugins.backup.stagingDirectory (\(staging.directory)).")
            }
            return try staging.make()
        }
        var isOpen = false
        let outcome: Result<Value, any Error>
        do {
            let value = try await backups.copies.withCopy(at: path, staging: folder) { log in
                isOpen = true
                return try await use(.log(BundleSource(log: log, users: log, time: backups.time)))
            }
            outcome = .success(value)
        } catch let error as StoreError where !isOpen && [.unusable, .newerSchema].contains(error.code) {
            outcome = .failure(BackupError(.damaged, "\(path): \(error.message)", cause: error.cause))
        } catch {
            outcome = .failure(error)
        }
        await remove(folder, of: staging)
        return try outcome.get()
    }

    private func remove(_ folder: String, of staging: StagingFolder) async {
        do {
            // Whatever happened to the task: the copy has everybody's data.
            try await Task { try await NIOThreadPool.singleton.runIfActive { staging.remove(folder) } }.value
        } catch {
            // The threads have ended; the server's next start removes it.
        }
    }
}
