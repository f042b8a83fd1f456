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
        try await write(madeAt: time.now, progress: progress) { try await sink.write($0) }
    }

    /// Hands the log's bundle to `consume`, piece by piece; a log that stays as it is gives the same bytes each time.
    ///
    /// - Parameter moment: When the bundle says that it was made; where nil, at the log's last place.
    func write(
        madeAt moment: UnixTime?, progress: @Sendable (_ done: Int64, _ all: Int64) -> Void = { _, _ in },
        _ consume: (ByteBuffer) async throws -> Void
    ) async throws -> Written {
        try await log.withSnapshot { snapshot in
            let counts = try await snapshot.counts()
            let all = counts.values.reduce(0, +)
            let encoder = try BundleEncoder(createdAt: moment ?? snapshot.clock.time)
            var size: UInt64 = 0
            var done: Int64 = 0
            func send(_ bytes: ByteBuffer) async throws {
                size += UInt64(bytes.readableBytes)
                if bytes.readableBytes > 0 { try await consume(bytes) }
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
