import Domain
import HummingbirdCore
import Kernel
import Logging
import ManaFormat
import NIOCore

/// One export on its way out: a page is read, encoded and written before the next is read, so that a slow reader slows the query and costs
/// one page.
struct UserExport: Sendable {
    let log: any UserLog
    let extent: UserLogExtent
    let encoder: ExportEncoder
    let metrics: ExportMetrics
    let logger: Logger

    /// Writes the body, to its end.
    ///
    /// - Throws: what broke it off. The connection is then cut, and the archive lacks its central directory.
    func write(to writer: inout any ResponseBodyWriter) async throws {
        do {
            try await writeEvents(to: &writer)
            if encoder.takesQuarantine { try await writeQuarantine(to: &writer) }
            try await send(try await encoder.finish(), to: &writer)
            try await writer.finish(nil)
            metrics.exportEnded(.whole)
        } catch {
            metrics.exportEnded(.cut)
            if let error = error as? StoreError {
                logger.error("an export was cut", metadata: ["error": "\(error.debugDescription)"])
            }
            throw error
        }
    }

    private func writeEvents(to writer: inout any ResponseBodyWriter) async throws {
        var after = Cursor.beginning
        var hasMore = true
        while hasMore {
            let page = try await log.read(extent, after: after, limit: PageLimit(), into: EventLineEncoder())
            (after, hasMore) = (page.until, page.hasMore)
            var lines = page.sink
            try await send(try await encoder.encode(lines.takeLines(), of: .events), to: &writer)
        }
    }

    private func writeQuarantine(to writer: inout any ResponseBodyWriter) async throws {
        var after = QuarantinePlace.beginning
        var hasMore = true
        while hasMore {
            let page = try await log.readQuarantine(extent, after: after, limit: PageLimit(), into: EventLineEncoder())
            (after, hasMore) = (page.until, page.hasMore)
            var lines = page.sink
            try await send(try await encoder.encode(lines.takeLines(), of: .quarantine), to: &writer)
        }
    }

    private func send(_ piece: ByteBuffer, to writer: inout any ResponseBodyWriter) async throws {
        guard piece.readableBytes > 0 else { return }
        try await writer.write(piece)
        metrics.exported(bytes: piece.readableBytes)
    }
}
