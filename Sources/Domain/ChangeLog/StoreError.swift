/// What a storage engine could not do, translated once from the engine's own codes.
public struct StoreError: Error, Sendable, CustomStringConvertible, CustomDebugStringConvertible {
    /// The kinds of failure, by what a caller can do about them.
    public enum Code: String, Sendable {
        /// Not now: the database is busy, shut down or cannot be reached. A retry may succeed.
        case unavailable
        /// The bounded queue of waiting pushes is full. A retry may succeed.
        case overloaded
        /// The disk is full, or the file may not grow.
        case full
        /// The file cannot be opened as it is: damaged, of another program, not permitted.
        case unusable
        /// The database was written by a newer version of the server.
        case newerSchema
        /// The database needs migrations that were not applied.
        case needsMigration
        /// Another server has the file open.
        case inUse
        /// What was being read is there no more: its user was erased meanwhile.
        case gone
        /// A fault of ours or of the engine's.
        case internalFault
    }

    /// What kind of failure it is.
    public let code: Code
    /// A sentence that is safe to log and, for operators, to show: no SQL, no bound values.
    public let message: String
    /// The engine's own code and text.
    public let cause: String?
    /// Where it was noticed.
    public let location: String

    /// An error of its parts; the location is the caller's.
    public init(_ code: Code, _ message: String, cause: String? = nil, file: StaticString = #fileID, line: UInt = #line)
    {
        self.code = code
        self.message = message
        self.cause = cause
        self.location = "\(file):\(line)"
    }

    public var description: String { message }

    /// The message and the engine's own words, for who runs the server: why it did not start, why a command failed.
    ///
    /// - Parameter place: Which database it was, for people.
    public func explanation(place: String? = nil) -> String {
        let words = [cause, place].compactMap { $0 }
        return words.isEmpty ? message : "\(message) (\(words.joined(separator: "; ")))"
    }

    public var debugDescription: String {
        "\(code.rawValue): \(message) (\(cause ?? "no cause"); \(location))"
    }
}
