public import CoreMetrics
public import Kernel
public import Logging
import Synchronization

/// Answers of an outside service about single users, asked for as seldom as its callers can bear.
///
/// An answer is fresh for `cacheFor`; looking it up then takes a lock and a dictionary, and no suspension (``cached(_:)``). Else the
/// service is asked: at most one call a user at a time, which all who want to know wait for. Where the service does not answer, what
/// it last said serves for `staleFor`, and after that nothing is known: what follows from that is the caller's to decide.
///
/// A failed call keeps the next one back for a while, and calls that fail for several users keep back those of all. Everything is
/// bounded; see ``CachedLookupSettings``. Decision 10 has the reasons.
public final class CachedLookup<Answer: Sendable>: Sendable {
    /// Asks the service, within a time-out of its own. It must end soon after its task is cancelled.
    public typealias Fetch = @Sendable (_ userID: String) async throws(LookupFailure) -> Answer

    private let fetch: Fetch
    private let time: any TimeSource
    private let metrics: LookupMetrics
    private let report: OutageReport
    private let table: Mutex<LookupTable<KeptAnswer>>

    /// A lookup that knows nothing yet.
    ///
    /// - Parameters:
    ///   - service: What the service is called in the log and in labels of metrics: one word.
    ///   - consequence: What an outage means, for the log: `sync is allowed to everyone meanwhile`.
    public init(
        service: String, consequence: String, settings: CachedLookupSettings, time: any TimeSource,
        metrics: any MetricsFactory, logger: Logger, fetch: @escaping Fetch
    ) {
        self.fetch = fetch
        self.time = time
        self.metrics = LookupMetrics(service: service, factory: metrics)
        report = OutageReport(service: service, consequence: consequence, logger: logger)
        table = Mutex(LookupTable(settings: settings))
    }

    /// The fresh answer that is known already; nil if there is none. Never waits.
    public func cached(_ userID: String) -> LookupResult<Answer>? {
        let user = UserKey(id: userID)
        let now = time.now
        guard let known = table.withLock({ $0.cached(user, at: now) }) else { return nil }
        metrics.hits.increment()
        return LookupResult(known)
    }

    /// What is known of a user, after asking the service where that is needed.
    ///
    /// The caller's cancellation neither ends the wait, which the call's time-out bounds, nor the call, which others may wait for.
    ///
    /// - Parameter fresh: Only an answer will do that the service was asked for after this was called. All who ask so while a call is
    ///   under way share the next one. While the service does not answer, the result is ``LookupResult/stale(_:learnedAt:because:)``,
    ///   even where ``cached(_:)`` has an answer.
    public func lookup(_ userID: String, fresh: Bool = false) async -> LookupResult<Answer> {
        if !fresh, let known = cached(userID) { return known }
        let user = UserKey(id: userID)
        let wish = table.withLock { fresh ? $0.freshWish(for: user) : $0.wish(for: user) }
        while true {
            switch step(for: wish) {
            case .found(let result):
                metrics.count(result)
                return LookupResult(result)
            case .join(let call):
                let result = await call.value
                metrics.count(result)
                return LookupResult(result)
            case .outwait(let call):
                _ = await call.value
            }
        }
    }

    /// The answer about one user is out of date: the next lookup asks anew. While the service does not answer, the old answer serves
    /// as the last known one.
    public func invalidate(_ userID: String) {
        table.withLock { $0.invalidate(UserKey(id: userID)) }
    }

    /// The answers about all users are out of date. Takes time in proportion to their number.
    public func invalidateAll() {
        table.withLock { $0.invalidateAll() }
    }

    /// Since when the service does not answer; nil while it does, or nobody has asked.
    public var downSince: UnixTime? { table.withLock { $0.outage.since } }

    /// Makes no more calls, and cancels and awaits those under way.
    public func close() async {
        let calls = table.withLock { $0.close() }
        for call in calls { call.cancel() }
        for call in calls { _ = await call.value }
    }

    private func step(for wish: LookupTable<KeptAnswer>.Wish) -> LookupTable<KeptAnswer>.Step {
        let now = time.now
        return table.withLock { table in
            table.step(for: wish, at: now) { number in
                // A task of its own, since it belongs to all who wait for it: the first one's cancellation must not take it from
                // the others. The table keeps it; the fetch's time-out bounds it, and `close()` cancels it.
                Task { await self.call(wish.user, number: number) }
            }
        }
    }

    private func call(_ user: UserKey, number: UInt64) async -> LookupResult<KeptAnswer> {
        let began = ContinuousClock.now
        let outcome = await outcome(for: user)
        let now = time.now
        let (result, isDown, count) = table.withLock { table in
            let result = table.callEnded(for: user, number: number, outcome, at: now)
            return (result, table.outage.since != nil, table.count)
        }
        metrics.countCall(outcome.failure, took: began.duration(to: .now), entries: count)
        report.callEnded(outcome.failure, isDown: isDown, at: now)
        return result
    }

    private func outcome(for user: UserKey) async -> Result<KeptAnswer, LookupFailure> {
        do throws(LookupFailure) {
            return .success(Kept(try await fetch(user.id)))
        } catch {
            return .failure(Task.isCancelled ? LookupFailure(.closed, "the lookup is closed") : error)
        }
    }
}

/// An answer as the table keeps it: one type for all lookups, so that the compiler makes the table's code for it. For a type of another module it
/// would ask at run time how to copy and compare, at three times the cost of a hit.
private typealias KeptAnswer = any AnyObject & Sendable

private final class Kept<Answer: Sendable>: Sendable {
    let answer: Answer

    init(_ answer: Answer) { self.answer = answer }
}

extension LookupResult {
    /// What a lookup of this type of answers keeps, and nobody else puts in.
    fileprivate init(_ kept: LookupResult<KeptAnswer>) {
        switch kept {
        case .fresh(let kept, let learnedAt):
            self = .fresh(unsafeDowncast(kept, to: Kept<Answer>.self).answer, learnedAt: learnedAt)
        case .stale(let kept, let learnedAt, let cause):
            self = .stale(unsafeDowncast(kept, to: Kept<Answer>.self).answer, learnedAt: learnedAt, because: cause)
        case .unknown(let cause): self = .unknown(because: cause)
        }
    }
}

extension Result {
    fileprivate var failure: Failure? {
        if case .failure(let failure) = self { failure } else { nil }
    }
}
