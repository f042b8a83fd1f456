/// What a store of artifacts could not do, translated once from the system's or the service's own codes.
public struct ArtifactError: Error, Sendable, CustomStringConvertible, CustomDebugStringConvertible {
    /// The kinds of failure, by what a caller can do about them.
    public enum Code: String, Sendable, CaseIterable {
        /// There is no such artifact.
        case notFound = "artifact_not_found"
        /// The URI names no artifact of this store.
        case foreignURI = "foreign_uri"
        /// No space is left.
        case full = "artifact_store_full"
        /// The store does not let us: permissions, credentials.
        case denied = "artifact_store_denied"
        /// Not now: it cannot be reached or answers with a failure of its own. A later attempt may succeed.
        case unavailable = "artifact_store_unavailable"
        /// The store is not set up as it has to be.
        case misconfigured = "artifact_store_misconfigured"
        /// The store has other bytes than it said.
        case damaged = "artifact_damaged"
    }

    /// What kind of failure it is.
    public let code: Code
    /// A sentence that is safe to log and, for operators, to show.
    public let message: String
    /// What the system or the service said; never a credential.
    public let cause: String?

    /// An error of its parts.
    public init(_ code: Code, _ message: String, cause: String? = nil) {
        self.code = code
        self.message = message
        self.cause = cause
    }

    public var description: String { message }

    public var debugDescription: String { "\(code.rawValue): \(message) (\(cause ?? "no cause"))" }
}
