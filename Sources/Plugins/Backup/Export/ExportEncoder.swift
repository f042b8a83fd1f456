import Domain
import Kernel
import ManaFormat
import NIOCore
import NIOPosix
import Synchronization

/// Makes the bytes of an export of its lines: the lines themselves, or the archive.
final class ExportEncoder: Sendable {
    /// Nil for lines alone.
    private let archive: Mutex<ManaWriter>?

    /// The encoder of a form.
    init(format: ManaFileName.Format, user: UserID, createdAt: UnixTime) throws(CryptoError) {
        archive =
            switch format {
            case .jsonl: nil
            case .mana: Mutex(try ManaWriter(user: user, createdAt: createdAt))
            }
    }

    /// Whether quarantined changes have a place in the form.
    var takesQuarantine: Bool { archive != nil }

    /// The bytes of the next lines.
    func encode(_ lines: EventLines, of entry: ManaEntry) async throws -> ByteBuffer {
        try await compress(otherwise: lines.bytes) { archive, output in
            if entry == .quarantine {
                try archive.appendQuarantined(lines, into: &output)
            } else {
                try archive.append(lines, into: &output)
            }
        }
    }

    /// The bytes that make the export whole.
    func finish() async throws -> ByteBuffer {
        try await compress(otherwise: ByteBuffer()) { archive, output in _ = try archive.finish(into: &output) }
    }

    /// Compresses on a thread that may be kept busy, not on the connection's event loop.
    private func compress(
        otherwise plain: ByteBuffer, _ work: @escaping @Sendable (inout ManaWriter, inout ByteBuffer) throws -> Void
    ) async throws -> ByteBuffer {
        guard takesQuarantine else { return plain }
        return try await NIOThreadPool.singleton.runIfActive {
            var output = ByteBuffer()
            try self.archive?.withLock { archive in try work(&archive, &output) }
            return output
        }
    }
}
