import Domain
import Kernel
import ManaFormat
import NIOCore
import NIOPosix
import Synchronization

/// Reads a bundle that comes in pieces, on a thread that may be kept busy, and checks all of it.
final class BundleDecoder: Sendable {
    private struct State: ~Copyable {
        var reader: BundleReader
        var digest: SHA256Stream
        var size: UInt64 = 0
        var end: Contents?
    }

    /// What a whole bundle says of itself.
    struct Contents: Sendable {
        var manifest: BundleManifest
        var ledger: ErasureLedger?
        var sha256 = ""
        var size: UInt64 = 0
    }

    /// Rows of one table.
    struct Rows: Sendable {
        var table: LogTable
        var records: [LogRecord]
    }

    /// How many compressed bytes are inflated at a time: they may become a thousand times as many.
    private static let step = 16 << 10

    private let state: Mutex<State>

    /// A decoder at the start of a bundle.
    init() throws {
        state = Mutex(State(reader: try BundleReader(), digest: try SHA256Stream()))
    }

    /// Takes the bundle's next bytes.
    ///
    /// - Parameter keepsRows: Whether the rows are wanted.
    /// - Returns: the rows that are complete now.
    func take(_ bytes: ByteBuffer, keepsRows: Bool) async throws -> [Rows] {
        try await NIOThreadPool.singleton.runIfActive {
            try self.state.withLock { state in
                try bytes.withUnsafeReadableBytes { try state.digest.update($0) }
                state.size += UInt64(bytes.readableBytes)
                var rows: [Rows] = []
                var rest = bytes
                while let piece = rest.readSlice(length: min(Self.step, rest.readableBytes)), piece.readableBytes > 0 {
                    state.reader.append(piece)
                    while let event = try state.reader.next() {
                        switch event {
                        case .end(let manifest, let ledger): state.end = Contents(manifest: manifest, ledger: ledger)
                        case .record(let table, let record):
                            guard keepsRows else { continue }
                            if rows.last?.table != table { rows.append(Rows(table: table, records: [])) }
                            rows[rows.count - 1].records.append(record)
                        }
                    }
                }
                return rows
            }
        }
    }

    /// Says that no more bytes come.
    ///
    /// - Returns: what the bundle says of itself, all of which was checked.
    /// - Throws: `ManaError` if it is not whole.
    func finish() async throws -> Contents {
        try await NIOThreadPool.singleton.runIfActive {
            try self.state.withLock { state in
                try state.reader.endOfInput()
                guard var end = state.end else { throw BackupError(.damaged, "The bundle has no end.") }
                end.sha256 = try state.digest.finish().hexadecimal
                end.size = state.size
                return end
            }
        }
    }
}
