import ArtifactStore
import Kernel
import ManaFormat
import NIOCore

/// Reads a bundle back from the store and checks it whole (spec: backup.md, "Backup runs").
struct BundleCheck: Sendable {
    let store: any ArtifactStore

    /// Checks the archive's structure and checksums, each row, and the manifest's digests and counts; then that it is what the catalog knows.
    ///
    /// - Throws: ``BackupError`` with `damaged` for what is not as it was stored; other errors where it could not be read.
    @discardableResult
    func check(
        _ uri: ArtifactURI, is expected: StoredBundle?, progress: @Sendable (_ bytes: UInt64) -> Void = { _ in }
    ) async throws -> BundleDecoder.Contents {
        let decoder = try BundleDecoder()
        var read: UInt64 = 0
        try await store.get(uri, range: nil) { chunk in
            try Task.checkCancellation()
            _ = try await decoder.take(chunk, keepsRows: false)
            read += UInt64(chunk.readableBytes)
            progress(read)
        }
        let contents = try await decoder.finish()
        if let expected {
            guard contents.sha256 == expected.sha256, contents.size == expected.size else {
                throw BackupError(.damaged, "The artifact has other bytes than were stored.")
            }
            guard contents.manifest.rowCounts == expected.rowCounts else {
                throw BackupError(.damaged, "The artifact has other changes than the log had.")
            }
        }
        return contents
    }
}
