/// Why there is no answer of an outside service: any outcome of a call but a readable 200 in time, or no call at all.
public struct LookupFailure: Error, Sendable, Hashable, CustomStringConvertible {
    /// The kinds of failure; the raw values are labels of a metric.
    public enum Code: String, CaseIterable, Sendable {
        /// No connection, or one that broke.
        case unreachable
        /// The whole answer was not there in time.
        case timeout
        /// Another status than 200: a redirect too, since none is followed.
        case status
        /// More bytes than are read.
        case tooLarge = "too_large"
        /// A 200 that does not say what it should.
        case unreadable
        /// A 200 that says what it should, and could not be kept here: the service is not at fault.
        case notKept = "not_kept"
        /// The id cannot stand in a URL's path: empty, `.` or `..`.
        case invalidUser = "invalid_user"
        /// Not asked: the last call failed a moment ago.
        case paused
        /// Not asked: too many calls are under way.
        case busy
        /// Not asked: the lookup is closed.
        case closed
    }

    /// Its kind.
    public let code: Code
    /// What happened, in words for the log: no key, no body, no user.
    public let message: String

    /// A failure of its parts.
    public init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    public var description: String { message }
}
