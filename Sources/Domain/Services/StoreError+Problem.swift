import HTTPTypes
public import Kernel

extension StoreError: ProblemConvertible {
    /// 503 for what a retry may mend, 507 for a full disk, 500 for the rest. The engine's own words do not show.
    public var problem: Problem {
        switch code {
        case .unavailable, .overloaded:
            Problem.unavailable(
                code: "store_\(code.rawValue)", detail: "The store cannot take the request now.", retryAfter: 1)
        case .full:
            Problem(
                status: .init(code: 507, reasonPhrase: "Insufficient Storage"), code: "store_full",
                title: "Insufficient storage",
                detail: "The store is full; nothing was stored.")
        case .unusable, .newerSchema, .needsMigration, .inUse, .internalFault:
            Problem.internalError
        }
    }
}
