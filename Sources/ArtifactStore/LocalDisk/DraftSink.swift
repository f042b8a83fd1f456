import NIOCore
import Synchronization

/// Writes a draft piece by piece on threads that may block.
final class DraftSink: ArtifactSink {
    private let draft: Mutex<DraftFile>

    /// Begins a draft. Blocks.
    init(for key: ArtifactKey, in directory: consuming Directory) throws(ArtifactError) {
        draft = Mutex(try DraftFile(for: key, in: directory))
    }

    func write(_ bytes: ByteBuffer) async throws {
        try await onThread { [self] () throws(ArtifactError) in
            try draft.withLock { (draft) throws(ArtifactError) in try draft.write(bytes) }
        }
    }

    /// Makes it the artifact of `key`.
    func publish(as key: ArtifactKey) async throws(ArtifactError) {
        try await onThread { [self] () throws(ArtifactError) in
            try draft.withLock { (draft) throws(ArtifactError) in try draft.publish(as: key) }
        }
    }

    /// Removes the draft.
    func discard() {
        draft.withLock { $0.discard() }
    }
}
