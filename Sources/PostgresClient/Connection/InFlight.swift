/// What was sent up to one Sync, and what came back of it so far.
struct InFlight {
    enum Work {
        case request(PendingRequest)
        case prepare(PreparedStatements.Entry)
    }

    let work: Work
    /// Statements of the request whose prepares were not confirmed when it was sent.
    var unconfirmed: [(statement: Int, entry: PreparedStatements.Entry)] = []
    var results: [PostgresResult] = []
    /// The first error; the server skips what follows it.
    var error: PostgresError?
    var isCancelled = false
    var wasCancelSent = false
    /// Whether a cancel meant for a neighbour could hit it.
    var isExposed = false

    init(_ work: Work) { self.work = work }

    var request: PendingRequest? {
        if case .request(let request) = work { request } else { nil }
    }

    /// Whether every statement succeeded, so that only the commit at the Sync is open.
    var isComplete: Bool {
        results.count == (request?.statements.count ?? 1)
    }
}
