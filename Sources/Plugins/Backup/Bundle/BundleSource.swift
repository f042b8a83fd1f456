import ArtifactStore
import Domain
import Kernel
import ManaFormat
import NIOCore

/// The log as a bundle that is streamed, page by page: a page is read, encoded and handed on before the next is read.
struct BundleSource: Sendable {
    let log: any WholeLog
    let users: any UserLog
    let time: any TimeSource

    /// How many bytes of rows are in memory at a time.
    private static let page = PageLimit(rows: 2000, bytes: 1 << 20)

    /// What was written.
    struct Written: Sendable {
        var manifest: BundleManifest
        var sha256: String
        var size: UInt64
    }

    /// Writes the log as it is now.
    ///
    /// - Parameter progress: told how many changes were written, and of how many.
    /// - Throws: what reading or `sink` throws; ``BackupError`` where the log counts other changes than were read.
    func write(
        to sink: any ArtifactSink, progress: @Sendable (_ done: Int64, _ all: Int64) -> Void = { _, _ in }
    ) async throws -> Written {
        try await log.withSnapshot { snapshot in
            let counts = try await snapshot.counts()
            let all = counts.values.reduce(0, +)
            let encoder = try BundleEncoder(createdAt: time.now)
            var size: UInt64 = 0
            var done: Int64 = 0
            func send(_ bytes: ByteBuffer) async throws {
                size += UInt64(bytes.readableBytes)
                if bytes.readableBytes > 0 { try await sink.write(bytes) }
            }
            for table in LogTable.allCases {
                while true {
                    try Task.checkCancellation()
                    let records = try await snapshot.next(of: table, limit: Self.page)
                    guard !records.isEmpty else { break }
                    try await send(try await encoder.encode(records, of: table))
                    if table == .changes { done += Int64(records.count) }
                    progress(done, all)
                }
            }
            // The ledger may be newer than the rows: then it says more, and a restore removes more.
            let (end, manifest, sha256) = try await encoder.finish(
                clock: snapshot.clock, ledger: try await users.erasureLedger())
            try await send(end)
            guard manifest.rowCounts == counts else {
                throw BackupError(.internalFault, "The log has another number of changes than were read from it.")
            }
            return Written(manifest: manifest, sha256: sha256, size: size)
        }
    }
}
