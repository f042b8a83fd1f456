import ArtifactStore
import Kernel

/// A run of a backup as a value: what happened says what to do next, without any doing of its own (spec: backup.md, "Backup runs").
///
///     recorded ─begun→ storing ─stored→ verifying ─verified→ done
///         └──────────────┴── failed ──────┴──────────→ failed
struct RunMachine: Equatable, Sendable {
    /// Where a run is.
    enum State: Equatable, Sendable {
        /// The catalog has it, the audit log does not yet.
        case recorded
        /// The bundle is on its way to the store.
        case storing
        /// The store has the bundle: it is read back.
        case verifying(StoredBundle)
        /// The bundle is there, and is what the log was.
        case done(StoredBundle)
        /// It came to nothing, for a reason.
        case failed(BackupError.Code)
    }

    /// What happened.
    enum Event: Equatable, Sendable {
        /// The audit log has it too.
        case begun
        /// The store has the bundle.
        case stored(StoredBundle)
        /// What was read back is what was stored.
        case verified
        /// Something went wrong; what was being stored is gone already.
        case failed(BackupError.Code)
    }

    /// What to do now.
    enum Action: Equatable, Sendable {
        /// Stream the bundle to the store.
        case store
        /// Note where the bundle is, while the catalog still says that the run is this instance's.
        case recordStored(StoredBundle)
        /// Read the bundle back.
        case verify(StoredBundle)
        /// Note that it is done.
        case recordDone(StoredBundle)
        /// Remove an artifact that is none.
        case remove(ArtifactURI)
        /// Note that it failed, and why, in the catalog and in the audit log.
        case recordFailed(BackupError.Code)
    }

    private(set) var state = State.recorded

    /// Takes in what happened. What cannot happen in a state changes nothing and asks for nothing.
    mutating func handle(_ event: Event) -> [Action] {
        switch (state, event) {
        case (.recorded, .begun):
            state = .storing
            return [.store]
        case (.storing, .stored(let bundle)):
            state = .verifying(bundle)
            return [.recordStored(bundle), .verify(bundle)]
        case (.verifying(let bundle), .verified):
            state = .done(bundle)
            return [.recordDone(bundle)]
        case (.recorded, .failed(let code)), (.storing, .failed(let code)):
            state = .failed(code)
            return [.recordFailed(code)]
        case (.verifying(let bundle), .failed(let code)):
            state = .failed(code)
            // First what says that the artifact is none, then the artifact: a crash between leaves an orphan, which the sweep finds.
            return [.recordFailed(code), .remove(bundle.uri)]
        default:
            return []
        }
    }

    /// Whether nothing follows.
    var isOver: Bool {
        switch state {
        case .done, .failed: true
        default: false
        }
    }
}

/// A bundle that a store has.
struct StoredBundle: Hashable, Sendable {
    /// Where.
    var uri: ArtifactURI
    /// How many bytes.
    var size: UInt64
    /// Their SHA-256 in hexadecimal.
    var sha256: String
    /// How many changes there are, by app.
    var rowCounts: [String: Int64]
    /// How many entries the bundle has.
    var entryCount: Int
    /// What an operator should know of it.
    var warnings: [String] = []
}
