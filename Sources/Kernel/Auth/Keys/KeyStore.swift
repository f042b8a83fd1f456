public import CoreMetrics
public import Logging
import Synchronization

/// The keys that tokens are verified with, kept current (spec: security.md, "JWKS").
///
/// A fetch replaces the whole set, so a removed key stops working with it; a failed one leaves the old set, which serves
/// until it is as old as `staleKeysFor`. At most one fetch is under way at a time, and whoever wants one while it is waits
/// for that one.
public final class KeyStore: Sendable {
    private struct State {
        var snapshot: KeySnapshot?
        /// The fetch that is under way. It is a task of its own, since it belongs to all who wait for it: the first one's
        /// cancellation must not take it from the others. The source's time-out bounds it, and `run()` cancels it.
        var fetch: Task<Bool, Never>?
        var lastFetchForUnknownKey: UnixTime?
    }

    private let source: any KeySetSource
    private let settings: AuthenticationSettings
    private let time: any TimeSource
    private let logger: Logger
    let metrics: AuthenticationMetrics
    private let state = Mutex(State())

    /// A store without any keys: ``run()`` fetches them.
    public init(
        source: any KeySetSource, settings: AuthenticationSettings, time: any TimeSource,
        metrics: any MetricsFactory, logger: Logger
    ) {
        self.source = source
        self.settings = settings
        self.time = time
        self.metrics = AuthenticationMetrics(factory: metrics)
        self.logger = logger
    }

    /// Whether there are keys, fetched less than `staleKeysFor` ago: readiness.
    public var isReady: Bool { servingSnapshot(at: time.now) != nil }

    /// How long ago the keys were fetched; `nil` if they never were.
    public var age: Duration? {
        state.withLock { $0.snapshot?.loadedAt }.map { max(.zero, time.now.since($0)) }
    }

    /// Keeps the keys current until it is cancelled: fetches them at once unless there are some, then every `refreshEvery`,
    /// and after failures sooner, in steps that double from one second to `unknownKeyCooldown`.
    ///
    /// - Throws: `CancellationError`.
    public func run() async throws {
        defer { state.withLock { $0.fetch }?.cancel() }
        var failures = 0
        if state.withLock({ $0.snapshot }) != nil { try await pause(for: settings.refreshEvery) }
        while true {
            failures = await refresh() ? 0 : failures + 1
            try await pause(for: failures == 0 ? settings.refreshEvery : retryDelay(after: failures))
        }
    }

    /// Fetches the keys, or waits for the fetch that is under way. A failure is logged, and leaves the keys as they are.
    ///
    /// - Returns: Whether there is a new set.
    @discardableResult
    public func refresh() async -> Bool {
        await state.withLock { $0.fetch ?? startFetch(&$0) }.value
    }

    /// The keys that may be used at `now`; `nil` if there are none, or they are too old.
    func servingSnapshot(at now: UnixTime) -> KeySnapshot? {
        guard let snapshot = state.withLock({ $0.snapshot }), now.since(snapshot.loadedAt) <= settings.staleKeysFor
        else {
            return nil
        }
        return snapshot
    }

    /// The keys that may be used, after a fetch if they lack `keyID` and no such fetch was made in `unknownKeyCooldown`.
    ///
    /// The caller's cancellation does not end the wait, which the source's time-out bounds.
    func snapshot(lookingFor keyID: String) async throws(AuthenticationError) -> KeySnapshot {
        if state.withLock({ $0.snapshot?.keySet[keyID] }) == nil { await fetchForUnknownKey(keyID) }
        guard let snapshot = servingSnapshot(at: time.now) else { throw .keysUnavailable }
        return snapshot
    }

    private func fetchForUnknownKey(_ keyID: String) async {
        // A fetch that was under way may have been answered before the key was published: one of our own may follow it.
        for _ in 0..<2 {
            let now = time.now
            let step = state.withLock { state -> (fetch: Task<Bool, Never>, isOurs: Bool)? in
                if let fetch = state.fetch { return (fetch, false) }
                if let last = state.lastFetchForUnknownKey, now >= last, now.since(last) < settings.unknownKeyCooldown {
                    return nil
                }
                state.lastFetchForUnknownKey = now
                return (startFetch(&state), true)
            }
            guard let step else { return }
            _ = await step.fetch.value
            if step.isOurs || state.withLock({ $0.snapshot?.keySet[keyID] }) != nil { return }
        }
    }

    private func startFetch(_ state: inout State) -> Task<Bool, Never> {
        let fetch = Task { await self.fetch() }
        state.fetch = fetch
        return fetch
    }

    private func fetch() async -> Bool {
        do {
            let keySet = try KeySet(parsing: try await source.load())
            let now = time.now
            state.withLock {
                $0.snapshot = .following($0.snapshot, keySet: keySet, at: now)
                $0.fetch = nil
            }
            metrics.refreshSuccesses.increment()
            metrics.keysAge.record(0)
            report(keySet)
            return true
        } catch {
            state.withLock { $0.fetch = nil }
            // Shutting down is no failure of the source.
            guard !Task.isCancelled else { return false }
            metrics.refreshFailures.increment()
            logger.warning(
                "token keys could not be fetched", metadata: ["source": "\(source.name)", "error": "\(error)"])
            return false
        }
    }

    private func report(_ keySet: KeySet) {
        for refusal in keySet.refusals {
            logger.warning("a token key is refused", metadata: ["source": "\(source.name)", "reason": "\(refusal)"])
        }
        if keySet.keys.isEmpty {
            logger.warning(
                "the key set has no usable key: no token will be accepted", metadata: ["source": "\(source.name)"])
        }
    }

    private func retryDelay(after failures: Int) -> Duration {
        min(.seconds(1 << min(failures - 1, 20)), settings.unknownKeyCooldown, settings.refreshEvery)
    }

    /// Sleeps in steps short enough for the gauge of the keys' age to be worth reading.
    private func pause(for duration: Duration) async throws {
        var rest = duration
        while rest > .zero {
            let step = min(rest, .seconds(15))
            try await time.sleep(for: step)
            rest -= step
            if let age { metrics.keysAge.record(age.inSeconds) }
        }
        try Task.checkCancellation()
    }
}
