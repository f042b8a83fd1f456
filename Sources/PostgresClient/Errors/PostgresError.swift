/// What PostgreSQL or the way to it could not do, translated once from SQLSTATEs and libpq's states.
///
/// ``message`` and ``description`` are safe to log: no SQL, no values, no password. ``cause`` adds the server's own words where those
/// cannot hold values.
public struct PostgresError: Error, Sendable, CustomStringConvertible, CustomDebugStringConvertible {
    /// The kinds of failure, by what a caller can do about them.
    public enum Category: String, Sendable, CaseIterable {
        /// There is no connection, or it broke. See ``PostgresError/isFateUnknown``.
        case connectionLost
        /// The server is shutting down, starting, or ended this connection on its operator's order.
        case serverShuttingDown
        /// The server takes no more connections.
        case tooManyConnections
        /// The transaction was chosen to end a deadlock.
        case deadlock
        /// The transaction collided with another; the same again may succeed.
        case serializationFailure
        /// A unique index has such a row already; ``PostgresError/constraint`` names it.
        case uniqueViolation
        /// `lock_timeout` passed, or NOWAIT found a lock taken.
        case lockTimeout
        /// `statement_timeout` passed, or somebody else cancelled the statement.
        case statementTimeout
        /// The caller's task was cancelled.
        case cancelled
        /// The server's disk is full.
        case diskFull
        /// The server or the transaction takes no writes (a standby, after a failover).
        case readOnly
        /// The server refuses this user or password.
        case authenticationFailed
        /// The user may not do this; a row-level policy refusing a new row is one of these.
        case permissionDenied
        /// A table, column, function, schema or database that does not exist.
        case undefinedObject
        /// A prepared statement no longer fits the schema, or is gone. The same again is prepared anew.
        case stalePlan
        /// Too many requests wait for a connection, or this one waited too long.
        case poolExhausted
        /// The client or the session was shut down.
        case closed
        /// The request cannot be sent as it is (a NUL in text, too many parameters).
        case invalidArgument
        /// The URL or an option is wrong.
        case misconfigured
        /// Anything else; see ``PostgresError/sqlState``.
        case other
    }

    /// What kind of failure it is.
    public var category: Category
    /// The server's five characters, where it sent some (PostgreSQL's manual, appendix A).
    public var sqlState: String?
    /// A sentence that is safe to log and, for operators, to show.
    public var message: String
    /// The server's or libpq's own words, only where they cannot hold values.
    public var cause: String?
    /// Which of the request's statements failed, from 0.
    public var statement: Int?
    /// The constraint or index that was violated.
    public var constraint: String?
    /// Whether the transaction may have been committed all the same: the connection was lost after the request went out and before the
    /// answer came. When false, nothing of the request remains in the database (in a session: of the last statement).
    public var isFateUnknown: Bool
    /// Whether it was not sent at all, for no connection came in time: at once again it would fare no better.
    public internal(set) var foundNoConnection = false

    /// An error of its parts.
    public init(
        _ category: Category, _ message: String, sqlState: String? = nil, cause: String? = nil, statement: Int? = nil,
        constraint: String? = nil, isFateUnknown: Bool = false
    ) {
        self.category = category
        self.message = message
        self.sqlState = sqlState
        self.cause = cause
        self.statement = statement
        self.constraint = constraint
        self.isFateUnknown = isFateUnknown
    }

    /// Whether the same request may succeed soon, and sending it again cannot apply it twice.
    public var mayBeRepeated: Bool {
        guard !isFateUnknown else { return false }
        return switch category {
        case .connectionLost, .serverShuttingDown, .tooManyConnections, .deadlock, .serializationFailure, .lockTimeout,
            .readOnly, .stalePlan, .poolExhausted:
            true
        default: false
        }
    }

    public var description: String {
        sqlState.map { "\(message) (SQLSTATE \($0))" } ?? message
    }

    public var debugDescription: String {
        let place = statement.map { "statement \($0)" } ?? "no statement"
        let fate = isFateUnknown ? "fate unknown" : "nothing remains"
        return "\(category.rawValue): \(description) (\(cause ?? "no cause"); \(place); \(fate))"
    }
}
