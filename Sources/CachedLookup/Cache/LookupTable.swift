import Kernel

/// What a ``CachedLookup`` knows and which calls are under way: all of its rules, and none of its waiting.
struct LookupTable<Answer: Sendable> {
    typealias Result = LookupResult<Answer>
    typealias Call = Task<Result, Never>

    /// What somebody wants to know.
    struct Wish {
        let user: UserKey
        /// The lowest number of a call that will do. Zero: what is cached will do too.
        let oldestCall: UInt64
    }

    /// What comes next for somebody who wants to know.
    enum Step {
        /// This is it.
        case found(Result)
        /// The call under way will bring it.
        case join(Call)
        /// The call under way was made too early; see again when it has ended.
        case outwait(Call)
    }

    /// What is kept of one user.
    fileprivate struct Entry {
        var known: Known?
        /// Why the last call failed; nil if it succeeded.
        var failure: Failure?
        /// The number of the last call that ended.
        var lastCall: UInt64 = 0
    }

    fileprivate struct Known {
        let answer: Answer
        /// When the call that brought it was made.
        let learnedAt: UnixTime
        /// Whether it was declared out of date.
        var isInvalidated: Bool
    }

    fileprivate struct Failure {
        let cause: LookupFailure
        let pause: Pause
        /// How often the service had come back by then.
        let recoveries: Int
    }

    private struct Flight {
        let number: UInt64
        let startedAt: UnixTime
        let isProbe: Bool
        let call: Call
        /// Whether the user was invalidated meanwhile, so that its answer may be older than that.
        var isInvalidated = false
    }

    private let settings: CachedLookupSettings
    private let bounds: Pause.Bounds
    private var entries: RecencyTable<UserKey, Entry>
    private var flights: [UserKey: Flight] = [:]
    private var lastNumber: UInt64 = 0
    private var isClosed = false
    private(set) var outage: Outage

    init(settings: CachedLookupSettings) {
        self.settings = settings
        bounds = Pause.Bounds(shortest: settings.shortestPause, longest: settings.longestPause)
        entries = RecencyTable(capacity: settings.capacity)
        outage = Outage(bounds: bounds)
    }

    /// Of how many users something is kept.
    var count: Int { entries.count }

    /// A wish for what is cached, or else asked for.
    func wish(for user: UserKey) -> Wish { Wish(user: user, oldestCall: 0) }

    /// A wish for what a call brings that begins only now.
    func freshWish(for user: UserKey) -> Wish { Wish(user: user, oldestCall: lastNumber + 1) }

    /// The answer that may be used at `now` without asking.
    mutating func cached(_ user: UserKey, at now: UnixTime) -> Result? {
        guard let known = entries.use(user)?.known, !known.isInvalidated else { return nil }
        let age = now.since(known.learnedAt)
        // An answer from the future has no age: the clock has been set back.
        guard age >= .zero, age < settings.cacheFor else { return nil }
        return .fresh(known.answer, learnedAt: known.learnedAt)
    }

    /// How somebody comes nearer to what they want to know.
    ///
    /// - Parameter begin: Starts a call with the number it is given; used where one is to be made.
    mutating func step(for wish: Wish, at now: UnixTime, begin: (UInt64) -> Call) -> Step {
        if let known = found(for: wish, at: now) { return .found(known) }
        if let flight = flights[wish.user] {
            return flight.number >= wish.oldestCall && !flight.isInvalidated
                ? .join(flight.call) : .outwait(flight.call)
        }
        if let refusal = refusal(for: wish.user, at: now) { return .found(fallback(for: wish.user, refusal, at: now)) }
        let isProbe = outage.isProbing
        lastNumber += 1
        let call = begin(lastNumber)
        flights[wish.user] = Flight(number: lastNumber, startedAt: now, isProbe: isProbe, call: call)
        return .join(call)
    }

    /// A call has ended.
    ///
    /// - Returns: What those learn who waited for it.
    mutating func callEnded(
        for user: UserKey, number: UInt64, _ outcome: Swift.Result<Answer, LookupFailure>, at now: UnixTime
    ) -> Result {
        let flight = flights.removeValue(forKey: user)
        var entry = entries.use(user) ?? Entry()
        entry.lastCall = number
        switch outcome {
        case .success(let answer):
            let learnedAt = flight?.startedAt ?? now
            entry.known = Known(
                answer: answer, learnedAt: learnedAt, isInvalidated: flight?.isInvalidated ?? false)
            entry.failure = nil
            outage.callSucceeded()
            entries.set(user, to: entry)
            return .fresh(answer, learnedAt: learnedAt)
        case .failure(let cause) where cause.code == .notKept:
            // The service answers. The call counts as none that its user's next one would have to wait for.
            outage.callSucceeded()
            return fallback(for: user, cause, at: now)
        case .failure(let cause):
            // Neither says anything of the service.
            guard cause.code != .closed, cause.code != .invalidUser else { return fallback(for: user, cause, at: now) }
            outage.callFailed(for: user, at: now, wasProbe: flight?.isProbe ?? false)
            entry.failure = Failure(
                cause: cause, pause: Pause(after: entry.failure?.pause, at: now, bounds),
                recoveries: outage.recoveries)
            entries.set(user, to: entry)
            return fallback(for: user, cause, at: now)
        }
    }

    /// What is known of `user` is out of date: it serves only while the service does not answer. Also what a call under way brings.
    mutating func invalidate(_ user: UserKey) {
        entries.change(user) { $0.invalidate() }
        flights[user]?.isInvalidated = true
    }

    /// What is known of all users is out of date.
    mutating func invalidateAll() {
        entries.changeAll { $0.invalidate() }
        for user in flights.keys { flights[user]?.isInvalidated = true }
    }

    /// No more calls.
    ///
    /// - Returns: Those under way.
    mutating func close() -> [Call] {
        isClosed = true
        return flights.values.map(\.call)
    }

    /// What fulfils a wish without waiting.
    private mutating func found(for wish: Wish, at now: UnixTime) -> Result? {
        guard wish.oldestCall > 0 else { return cached(wish.user, at: now) }
        guard let entry = entries.use(wish.user), entry.lastCall >= wish.oldestCall else { return nil }
        // A call began and ended since.
        if let failure = entry.failure { return fallback(for: wish.user, failure.cause, at: now) }
        return entry.known.map { .fresh($0.answer, learnedAt: $0.learnedAt) }
    }

    /// Why no call is to be made now; nil if one is.
    private mutating func refusal(for user: UserKey, at now: UnixTime) -> LookupFailure? {
        if isClosed { return LookupFailure(.closed, "the lookup is closed") }
        if let failure = entries.use(user)?.failure, failure.recoveries == outage.recoveries, failure.pause.covers(now)
        {
            return LookupFailure(.paused, failure.cause.message)
        }
        if flights.count >= settings.maximumCalls {
            return LookupFailure(.busy, "\(flights.count) calls are under way")
        }
        return outage.admitsCall(at: now) ? nil : LookupFailure(.paused, "the service does not answer")
    }

    /// What serves in place of a fresh answer.
    private mutating func fallback(for user: UserKey, _ cause: LookupFailure, at now: UnixTime) -> Result {
        guard let known = entries.use(user)?.known else { return .unknown(because: cause) }
        let age = now.since(known.learnedAt)
        let limit = known.isInvalidated ? settings.staleFor : max(settings.staleFor, settings.cacheFor)
        guard age < limit else { return .unknown(because: cause) }
        return .stale(known.answer, learnedAt: known.learnedAt, because: cause)
    }
}

extension LookupTable.Entry {
    /// The answer is out of date, and nothing keeps the next call back.
    fileprivate mutating func invalidate() {
        known?.isInvalidated = true
        failure = nil
    }
}
