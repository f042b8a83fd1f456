extension PostgresError.Category {
    /// The category of an SQLSTATE (PostgreSQL's manual, appendix A). 57014 counts as a time-out: whoever cancelled knows better.
    init(sqlState: String) {
        self =
            switch sqlState {
            case "57P01", "57P02", "57P03": .serverShuttingDown
            case "53300": .tooManyConnections
            case "40P01": .deadlock
            case "40001": .serializationFailure
            case "23505": .uniqueViolation
            case "55P03": .lockTimeout
            case "57014", "25P04": .statementTimeout
            case "53100": .diskFull
            case "25006": .readOnly
            case "28000", "28P01": .authenticationFailed
            case "42501": .permissionDenied
            case "42P01", "42703", "42883", "42704", "3D000", "3F000": .undefinedObject
            case "26000": .stalePlan
            case "57P04", "57P05", "25P03": .connectionLost
            default: sqlState.hasPrefix("08") ? .connectionLost : .other
            }
    }

    /// The category in words.
    var sentence: String {
        switch self {
        case .connectionLost: "The connection to the database was lost."
        case .serverShuttingDown: "The database is starting or shutting down."
        case .tooManyConnections: "The database takes no more connections."
        case .deadlock: "The transaction was ended to resolve a deadlock."
        case .serializationFailure: "The transaction collided with another one."
        case .uniqueViolation: "A row with this key exists."
        case .lockTimeout: "A lock could not be had in time."
        case .statementTimeout: "The database took longer than it may."
        case .cancelled: "The request was cancelled."
        case .diskFull: "The database's disk is full."
        case .readOnly: "The database takes no writes."
        case .authenticationFailed: "The database refuses the user or the password."
        case .permissionDenied: "The database does not permit this."
        case .undefinedObject: "The database lacks a table, column, function or schema, or does not exist."
        case .stalePlan: "A prepared statement no longer fits the database."
        case .poolExhausted: "No database connection was free in time."
        case .closed: "The database client is shut down."
        case .invalidArgument: "The request cannot be sent as it is."
        case .misconfigured: "The database's configuration is wrong."
        case .other: "The database reports an error."
        }
    }
}
