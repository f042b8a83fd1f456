import ArtifactStore
import Domain
public import Kernel
import ManaFormat

/// What the operator's half of backup could not do.
public struct BackupError: Error, Sendable, CustomStringConvertible, CustomDebugStringConvertible, ProblemConvertible {
    /// The kinds of failure; the raw values are the stable codes that clients see.
    public enum Code: String, Sendable, CaseIterable {
        /// A run is under way, here or on another instance.
        case running = "backup_running"
        /// The catalog has no such backup.
        case notFound = "backup_not_found"
        /// The backup's artifact was deleted.
        case deleted = "backup_deleted"
        /// The backup's artifact was not deleted and yet is not in the store.
        case missing = "backup_missing"
        /// The backup is not done: it has no artifact.
        case unfinished = "backup_unfinished"
        /// No space is left.
        case full = "backup_full"
        /// The artifact is not what was stored.
        case damaged = "backup_damaged"
        /// The store of artifacts, or the database, cannot be reached.
        case unavailable = "backup_unavailable"
        /// The configuration does not allow it.
        case misconfigured = "backup_misconfigured"
        /// The run was broken off: the server stopped, or another instance took it for dead.
        case interrupted = "backup_interrupted"
        /// The database to restore into is not empty.
        case notEmpty = "database_not_empty"
        /// A file that is no backup.
        case notRestorable = "not_restorable"
        /// A fault of ours.
        case internalFault = "backup_failed"
    }

    /// What kind of failure it is.
    public let code: Code
    /// A sentence that is safe to log and to show to operators.
    public let message: String
    /// What lies beneath.
    public let cause: String?
    /// The id of the run that it is about.
    public var run: String?

    init(_ code: Code, _ message: String, cause: String? = nil, run: String? = nil) {
        self.code = code
        self.message = message
        self.cause = cause
        self.run = run
    }

    /// The error of anything that a run, a restore or a download came upon.
    init(any error: any Error) {
        switch error {
        case let error as BackupError: self = error
        case let error as ArtifactError:
            let code: Code =
                switch error.code {
                case .full: .full
                case .damaged, .notFound, .foreignURI: .damaged
                case .denied, .misconfigured: .misconfigured
                case .unavailable: .unavailable
                }
            self.init(code, error.message, cause: error.cause)
        case let error as StoreError:
            let code: Code =
                switch error.code {
                case .full: .full
                case .inUse: .notEmpty
                case .internalFault, .unusable: .internalFault
                default: .unavailable
                }
            self.init(code, error.message, cause: error.cause)
        case let error as ManaError: self.init(.damaged, error.description, cause: error.cause.map { "\($0)" })
        case is CancellationError: self.init(.interrupted, "The backup was broken off: the server stopped.")
        default: self.init(.internalFault, "The backup failed.", cause: "\(error)")
        }
    }

    public var description: String { message }

    public var debugDescription: String { "\(code.rawValue): \(message) (\(cause ?? "no cause"))" }

    /// 409, 404, 410, 507, 503 or 500 with the code.
    public var problem: Problem {
        let status =
            switch code {
            case .running, .unfinished, .notEmpty: 409
            case .notFound: 404
            case .deleted, .missing: 410
            case .full: 507
            case .unavailable: 503
            case .damaged, .misconfigured, .interrupted, .notRestorable, .internalFault: 500
            }
        let detail = run.map { "\(message) The run is \($0)." } ?? message
        return Problem(status: status, code: code.rawValue, detail: detail)
    }
}
