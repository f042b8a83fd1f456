import Domain
import PostgresClient

extension StoreError {
    /// Translates the client's error, the only place that does.
    init(_ error: PostgresError, file: StaticString = #fileID, line: UInt = #line) {
        let (code, message) = StoreError.meaning(of: error.category)
        let own = error.description == message ? nil : error.description
        let words = [own, error.cause].compactMap { $0 }
        let cause = words.isEmpty ? nil : words.joined(separator: " ")
        self.init(code, message, cause: cause, file: file, line: line)
    }

    /// Translates what a session's use may have thrown.
    init(any error: any Error, file: StaticString = #fileID, line: UInt = #line) {
        if let error = error as? StoreError {
            self = error
        } else if let error = error as? PostgresError {
            self.init(error, file: file, line: line)
        } else if error is CancellationError {
            self.init(.unavailable, "The request was cancelled.", file: file, line: line)
        } else {
            self.init(
                .internalFault, "The database could not be used.", cause: "\(type(of: error))", file: file, line: line)
        }
    }

    private static func meaning(of category: PostgresError.Category) -> (Code, String) {
        switch category {
        case .connectionLost: (.unavailable, "The database cannot be reached.")
        case .serverShuttingDown: (.unavailable, "The database is shutting down or starting.")
        case .tooManyConnections: (.unavailable, "The database takes no more connections.")
        case .deadlock, .serializationFailure: (.unavailable, "The transaction collided with others.")
        case .lockTimeout: (.unavailable, "The transaction waited too long for others.")
        case .statementTimeout: (.unavailable, "The database took too long.")
        case .cancelled: (.unavailable, "The request was cancelled.")
        case .readOnly: (.unavailable, "The database takes no writes now.")
        case .stalePlan: (.unavailable, "The database's tables changed meanwhile.")
        case .closed: (.unavailable, "The store is closed.")
        case .poolExhausted: (.overloaded, "Too many requests are waiting for the database.")
        case .diskFull: (.full, "The database's disk is full.")
        case .authenticationFailed: (.unusable, "The database refuses the login.")
        case .permissionDenied: (.unusable, "The database does not permit what the server needs.")
        case .undefinedObject: (.unusable, "The database, a table or a function is missing.")
        case .misconfigured: (.unusable, "The database's URL cannot be used.")
        case .uniqueViolation, .invalidArgument, .other: (.internalFault, "The database refused a statement.")
        }
    }
}
