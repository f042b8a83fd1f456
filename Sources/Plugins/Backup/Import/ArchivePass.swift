import Domain
import Kernel
import ManaFormat
import NIOCore
import NIOPosix
import Synchronization

/// One reading of a staged archive, from its first byte to its last, a batch of changes at a time.
final class ArchivePass: Sendable {
    /// Changes in the archive's order.
    struct Batch: Sendable {
        /// Those of the log and of the quarantine.
        var changes: [ArchivalChange] = []
        /// The manifest, with the last batch.
        var manifest: ManaManifest?
    }

    /// What a batch has at the most: one transaction's worth.
    private static let mostChanges = 500
    private static let mostBytes = 1 << 20

    private struct State: ~Copyable {
        var reader: ManaReader
        var offset = 0
    }

    private let file: SpoolFile
    private let user: UserID
    private let bound: TimestampBound
    private let state: Mutex<State>

    /// A reading of `file`, an archive of `user`, before its first byte.
    init(of file: SpoolFile, user: UserID, lowering bound: TimestampBound) throws(ManaError) {
        self.file = file
        self.user = user
        self.bound = bound
        state = Mutex(State(reader: try ManaReader()))
    }

    /// The next batch, read on a thread that may be kept busy.
    ///
    /// - Throws: `ManaError` for an archive that is not to be imported; 403 for one with changes or a manifest of another user; ``SpoolError``.
    func next() async throws -> Batch {
        try await NIOThreadPool.singleton.runIfActive {
            try self.state.withLock { state in try self.read(&state) }
        }
    }

    private func read(_ state: inout State) throws -> Batch {
        var batch = Batch()
        var bytes = 0
        while batch.manifest != nil || batch.changes.count < Self.mostChanges && bytes < Self.mostBytes {
            guard let event = try state.reader.next() else {
                let piece = try file.read(at: state.offset)
                state.offset += piece.readableBytes
                if piece.readableBytes == 0 {
                    // Throws where anything is missing, and the end came before where nothing is.
                    try state.reader.endOfInput()
                    return batch
                }
                state.reader.append(piece)
                continue
            }
            switch event {
            case .change(let change), .quarantined(let change):
                guard change.user ?? user == user else { throw Problem.foreignArchive }
                batch.changes.append(try bound.importable(change))
                bytes += change.payload.byteCount
            case .end(let manifest):
                guard manifest.user == user else { throw Problem.foreignArchive }
                batch.manifest = manifest
            }
        }
        return batch
    }
}

extension Problem {
    fileprivate static let foreignArchive = Problem.forbidden(
        code: "foreign_archive", detail: "The archive is of another user.")
}

extension Payload {
    /// How many bytes it holds in memory, near enough.
    fileprivate var byteCount: Int {
        [data, fields?.values, fields?.timestamps, actor].reduce(0) { $0 + ($1?.bytes.readableBytes ?? 0) }
    }
}
