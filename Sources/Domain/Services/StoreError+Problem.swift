public import Kernel

extension StoreError: ProblemConvertible {
    /// 503 for what a retry may mend, 507 for a full disk, 500 for the rest. The engine's own words do not show.
    public var problem: Problem {
        switch code {
        case .unavailable, .overloaded:
            Problem.unavailable(
                code: "store_\(code.rawValue)", detail: "The store cannot take the request now.",
                retryAfter: .seconds(1))
        case .full:
            Problem(
                status: 507, code: "store_full",
                detail: "The store is full; nothing was stored.")
        case .gone:
            Problem(status: 410, code: "erased", detail: "The user was erased meanwhile.")
        case .unusable, .newerSchema, .needsMigration, .inUse, .internalFault:
            Problem.internalError
        }
    }
}
