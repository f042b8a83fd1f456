public import Kernel

/// What is known of a user, and how well.
public enum LookupResult<Answer: Sendable>: Sendable {
    /// The service said so, `cacheFor` ago at most; where a fresh answer was asked for, after it was asked for. `learnedAt` is when
    /// the service was asked.
    case fresh(Answer, learnedAt: UnixTime)
    /// The service said so when it last answered, `staleFor` ago at most, and now it does not answer.
    case stale(Answer, learnedAt: UnixTime, because: LookupFailure)
    /// Nothing is known, or nothing that still counts, and the service does not answer.
    case unknown(because: LookupFailure)

    /// The answer, fresh or stale.
    public var answer: Answer? {
        switch self {
        case .fresh(let answer, _), .stale(let answer, _, _): answer
        case .unknown: nil
        }
    }

    /// When the service was asked for the answer.
    public var learnedAt: UnixTime? {
        switch self {
        case .fresh(_, let learnedAt), .stale(_, let learnedAt, _): learnedAt
        case .unknown: nil
        }
    }

    /// Whether the answer is one that may decide against the user.
    public var isFresh: Bool {
        if case .fresh = self { true } else { false }
    }
}

extension LookupResult: Equatable where Answer: Equatable {}
