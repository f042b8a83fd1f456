import Domain
import Kernel
import ManaFormat
import NIOCore
import NIOPosix
import Synchronization

/// Makes the bytes of a bundle of its rows, and their digest, on a thread that may be kept busy.
final class BundleEncoder: Sendable {
    private struct State: ~Copyable {
        var writer: BundleWriter
        var digest: SHA256Stream
    }

    private let state: Mutex<State>

    /// An encoder of a bundle of the log at `createdAt`.
    init(createdAt: UnixTime) throws(CryptoError) {
        state = Mutex(State(writer: BundleWriter(createdAt: createdAt), digest: try SHA256Stream()))
    }

    /// The bytes of the next rows of a table.
    func encode(_ records: [LogRecord], of table: LogTable) async throws -> ByteBuffer {
        try await NIOThreadPool.singleton.runIfActive {
            try self.state.withLock { state in
                var output = ByteBuffer()
                try state.writer.append(records, of: table, into: &output)
                try output.withUnsafeReadableBytes { try state.digest.update($0) }
                return output
            }
        }
    }

    /// The bytes that make the bundle whole, what it says of itself, and the digest of all of its bytes in hexadecimal.
    func finish(clock: Cursor, ledger: ErasureLedger) async throws -> (ByteBuffer, BundleManifest, sha256: String) {
        try await NIOThreadPool.singleton.runIfActive {
            try self.state.withLock { state in
                var output = ByteBuffer()
                let manifest = try state.writer.finish(clock: clock, ledger: ledger, into: &output)
                try output.withUnsafeReadableBytes { try state.digest.update($0) }
                return (output, manifest, sha256: try state.digest.finish().hexadecimal)
            }
        }
    }
}
